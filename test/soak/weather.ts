import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { swapMlflowDatabase } from '../../sandbox/walk/local-sagemaker';
import { type DataCommit, rewriteRepository } from './data-commits';
import type { Estate } from './estate';
import type { FaultProxy, Verdict } from './fault-proxy';
import type { Functions } from './functions';
import type { Killer } from './killer';
import type { Phase } from './plan';
import type { Proxies } from './proxies';
import type { Queue } from './queue';
import type { Random } from './random';
import type { ScaledClock } from './scaled-clock';

const MINUTE = 60;
const HALF_A_DAY = 12 * 60 * MINUTE;
// the run-tagger gives MLflow 20 seconds.
const SLOW_SECONDS = 30;
// functions wait themselves before they give a throttled call up, by a clock that nothing skips.
const THROTTLED_SECONDS = 30;
const THROTTLED = { status: 400, body: JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }) };

export interface Scene {
  readonly estate: Estate;
  readonly proxies: Proxies;
  readonly functions: Functions;
  readonly clock: ScaledClock;
  readonly random: Random;
  readonly killer: Killer;
  /** what moved revisions stand for since the repository was rewritten. */
  readonly moved: Map<string, DataCommit>;
}

/**
 * What is broken while the events of a phase are worked on.
 */
export interface Weather {
  /** before the events are sent. What passes by itself makes an appointment. */
  begin(scene: Scene): Promise<void>;
  /** when nothing is left to do; answers how many parked messages it has sent again. */
  end?(scene: Scene): Promise<number>;
}

export const WEATHER: Record<Phase, Weather> = {
  calm: { begin: async () => undefined },
  'mlflow-down': { begin: (scene) => faulty(scene, 'mlflow', 30 * MINUTE, () => 'drop') },
  'mlflow-slow': {
    begin: (scene) => faulty(scene, 'mlflow', SLOW_SECONDS, () => ({ waitMilliseconds: SLOW_SECONDS * 1000 })),
  },
  'mlflow-errors': { begin: (scene) => faulty(scene, 'mlflow', 20 * MINUTE, () => halfOfTheTime(scene.random)) },
  'sagemaker-throttled': { begin: (scene) => faulty(scene, 'sagemaker', THROTTLED_SECONDS, () => THROTTLED) },
  'git-down': { begin: (scene) => faulty(scene, 'git', 30 * MINUTE, () => 'drop') },
  'token-wrong': {
    begin: ({ estate }) => setToken(estate, 'not-the-token'),
    async end({ estate, functions: { deriver, derivationParking } }) {
      await setToken(estate, estate.sandbox.gitToken);
      return sendAgain(derivationParking, deriver.queue, 'git-refused');
    },
  },
  'repository-rewritten': {
    async begin({ estate: { checkout, commits }, moved }) {
      for (const [revision, commit] of await rewriteRepository(checkout, commits)) {
        moved.set(revision, commit);
      }
    },
  },
  'evidence-refused': {
    async begin(scene) {
      const bucket = scene.estate.outputs.EvidenceBucketName;
      await faulty(scene, 'aws', 5 * MINUTE, ({ path }) =>
        path.startsWith(`/${bucket}`) ? refusal(scene.random) : 'pass',
      );
    },
  },
  'functions-killed': {
    async begin({ killer }) {
      killer.active = true;
    },
    async end({ killer, functions: { deriver, tagger, derivationParking, taggingParking } }) {
      killer.active = false;
      // a message whose function dies three times in a row is taken for the cause.
      return (
        sendAgain(derivationParking, deriver.queue, 'function-killed') +
        sendAgain(taggingParking, tagger.queue, 'function-killed')
      );
    },
  },
  'mlflow-empty': {
    begin: ({ estate: { sandbox, outputs } }) => swapMlflowDatabase(sandbox, outputs.MlflowAppArn),
    async end({ estate: { sandbox, outputs }, functions: { tagger, taggingParking } }) {
      await swapMlflowDatabase(sandbox, outputs.MlflowAppArn);
      return sendAgain(taggingParking, tagger.queue, 'run-not-found');
    },
  },
  'mlflow-down-12-hours': { begin: (scene) => faulty(scene, 'mlflow', HALF_A_DAY, () => 'drop') },
  'git-down-12-hours': { begin: (scene) => faulty(scene, 'git', HALF_A_DAY, () => 'drop') },
};

async function faulty(
  { proxies, clock }: Scene,
  service: keyof Proxies,
  seconds: number,
  fault: Parameters<FaultProxy['setFault']>[0],
): Promise<void> {
  proxies[service].setFault(fault);
  clock.after(seconds, async () => proxies[service].clear());
}

function halfOfTheTime(random: Random): Verdict {
  if (random.next() < 0.5) {
    return 'pass';
  }
  return random.pick<Verdict>([
    { status: 429, body: JSON.stringify({ error_code: 'REQUEST_LIMIT_EXCEEDED', message: 'slow down' }) },
    { status: 500, body: 'Internal Server Error' },
  ]);
}

function refusal(random: Random): Verdict {
  return random.pick<Verdict>([
    { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>' },
    { status: 503, body: '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>' },
  ]);
}

async function setToken({ aws, repository }: Estate, SecretString: string): Promise<void> {
  await aws.secretsManager.send(new PutSecretValueCommand({ SecretId: repository.tokenSecretArn, SecretString }));
}

function sendAgain(parking: Queue, work: Queue, reason: string): number {
  return parking.moveTo(work, ({ attributes }) => attributes.reason === reason);
}
