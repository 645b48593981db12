import type { Version } from '../../core/s3/local-s3';
import { AnsweringEstate } from './answering-estate';
import type { Invocation } from './invocation';
import { type PlatformFunction, PlatformFunctions } from './platform-functions';
import { RunningFunction } from './running-function';

const functions = new PlatformFunctions();
export const TAGGER = functions.find(/^Keeps what the lineage-deriver found/);
const DEPLOYED: Readonly<Record<string, PlatformFunction>> = {
  'lineage-deriver': functions.find(/^Finds out/),
  'run-tagger': TAGGER,
  'deployment-recorder': functions.find(/^Keeps signed statements about what endpoints/),
  'checkpoint-recorder': functions.find(/^Verifies the evidence/),
  reconciler: functions.find(/^Finds what has no evidence/),
};

/** As EventBridge tells of a change in SageMaker. */
export function sagemakerEvent(what: string, detail: object): string {
  return JSON.stringify({ source: 'aws.sagemaker', 'detail-type': `SageMaker ${what} State Change`, detail });
}

/**
 * An estate whose two jobs were derived, stated and tagged by the bundled functions, as everybody answered honestly.
 */
export class StatedEstate {
  static async start(): Promise<StatedEstate> {
    const services = await AnsweringEstate.start(DEPLOYED['lineage-deriver'] as PlatformFunction);
    const estate = new StatedEstate(services);
    const processing = await estate.derive('Processing');
    const training = await estate.derive('Training');
    await estate.tagger.handle(processing);
    const before = services.objects();
    services.restore(before);
    const tagged = await estate.tagger.handle(training);
    return Object.assign(estate, { training, before, tagged, after: services.objects() });
  }

  readonly deriver: RunningFunction;
  readonly tagger: RunningFunction;
  /** the derivation of the training job. */
  readonly training!: string;
  /** what was written about the training job. */
  readonly tagged!: Invocation;
  /** what is in S3 before the training job is stated, and after it. */
  readonly before!: ReadonlyMap<string, Version[]>;
  readonly after!: ReadonlyMap<string, Version[]>;
  private readonly running: RunningFunction[] = [];

  private constructor(readonly services: AnsweringEstate) {
    this.deriver = this.run('lineage-deriver');
    this.tagger = this.run('run-tagger');
  }

  run(name: string): RunningFunction {
    const deployed = DEPLOYED[name];
    if (!deployed) {
      throw new Error(`the platform has no function ${name}`);
    }
    const running = new RunningFunction(name, deployed, this.services);
    this.running.push(running);
    return running;
  }

  jobEnded(kind: 'Training' | 'Processing'): string {
    const { training, processing } = this.services.honest.jobs;
    const { name, arn } = kind === 'Training' ? training : processing;
    return sagemakerEvent(`${kind} Job`, { [`${kind}JobName`]: name, [`${kind}JobArn`]: arn });
  }

  async stop(): Promise<void> {
    for (const running of this.running) {
      running.stop();
    }
    await this.services.stop();
  }

  private async derive(kind: 'Training' | 'Processing'): Promise<string> {
    const { outcome, sent } = await this.deriver.handle(this.jobEnded(kind));
    const [derivation] = sent;
    if (!derivation) {
      throw new Error(`nothing was derived, the message was ${outcome}`);
    }
    return derivation.body;
  }
}
