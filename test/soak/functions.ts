import { join } from 'node:path';
import { contract } from '../../core/contract';
import { sessionOfRole } from '../../sandbox/walk/deployed-role';
import { stackNameOf } from '../../sandbox/walk/deployment';
import { type DeployedConsumer, readDeployedFunction, readDeployedQueue } from './deployed-functions';
import { type Estate, PLATFORM } from './estate';
import { EventSource } from './event-source';
import { FunctionWorker } from './function-worker';
import { certificateOf } from './https';
import type { Killer } from './killer';
import { Queue } from './queue';
import { QueueEndpoint } from './queue-endpoint';
import type { Random } from './random';
import type { ScaledClock } from './scaled-clock';

const names = contract.functionEnvironment;
const WORKERS = 3;
const ROLES: Readonly<Record<string, string>> = {
  'lineage-deriver': 'PlatformRunTaggerLineageDeriverRole',
  'run-tagger': 'PlatformRunTaggerRunTaggerRole',
};

/**
 * The two functions, each on its queue.
 */
export interface Functions {
  readonly deriver: EventSource;
  readonly tagger: EventSource;
  readonly derivationParking: Queue;
  readonly taggingParking: Queue;
  readonly endpoint: QueueEndpoint;
  /** one more worker of the run-tagger, as Lambda adds them. */
  addTagger(): Promise<FunctionWorker>;
}

/** Where functions reach the services. */
export interface Addresses {
  readonly aws: string;
  readonly sagemaker: string;
  readonly mlflow: string;
}

/**
 * Starts the bundles with the environment that the deployed template gives them; only the queues are others, because those
 * of AWS know no scaled clock.
 */
export async function startFunctions(
  estate: Estate,
  addresses: Addresses,
  clock: ScaledClock,
  random: Random,
  killer: Killer,
): Promise<Functions> {
  const { sandbox, aws, outputs } = estate;
  const now = () => clock.now();
  const parking = { visibilitySeconds: 0, maxReceiveCount: Number.POSITIVE_INFINITY };
  const derivationParking = new Queue('derivation-parking', now, random, parking);
  const taggingParking = new Queue('tagging-parking', now, random, parking);
  const derivationSettings = await readDeployedQueue(aws, outputs.DerivationQueueUrl);
  const taggingSettings = await readDeployedQueue(aws, outputs.TaggingQueueUrl);
  const derivation = new Queue('derivation', now, random, derivationSettings, derivationParking);
  const tagging = new Queue('tagging', now, random, taggingSettings, taggingParking);
  const queues = [derivation, tagging, derivationParking, taggingParking];
  const endpoint = await QueueEndpoint.start(queues, certificateOf(sandbox), (key, what) =>
    killer.afterWrite(key, what),
  );

  const stack = stackNameOf(PLATFORM);
  // the CDK names a construct that has the name of the one around it only once.
  const deriver = await readDeployedFunction(sandbox, aws, stack, 'PlatformRunTaggerLineageDeriver', 'lineage-deriver');
  const tagger = await readDeployedFunction(sandbox, aws, stack, 'PlatformRunTagger', 'run-tagger');

  const start = async (deployed: DeployedConsumer, queue: Queue, parked: Queue) => {
    const role = { stack, logicalId: ROLES[deployed.bundle] ?? '', service: 'lambda.amazonaws.com' };
    const { accessKeyId, secretAccessKey, sessionToken = '' } = await sessionOfRole(sandbox, role);
    const environment = {
      PATH: process.env.PATH ?? '',
      LANG: 'C.UTF-8',
      ...sandbox.environment(),
      ...deployed.environment,
      AWS_ENDPOINT_URL: addresses.aws,
      AWS_ENDPOINT_URL_SAGEMAKER: addresses.sagemaker,
      AWS_ENDPOINT_URL_SQS: endpoint.url,
      [contract.jobEnvironment.mlflowEndpoint]: addresses.mlflow,
      [names.sourceQueueUrl]: endpoint.urlOf(queue),
      [names.parkingQueueUrl]: endpoint.urlOf(parked),
      ...(names.taggingQueueUrl in deployed.environment && { [names.taggingQueueUrl]: endpoint.urlOf(tagging) }),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
    const log = join(sandbox.directory, 'logs', `${deployed.bundle}.log`);
    const worker = new FunctionWorker(deployed, environment, log);
    killer.watch(accessKeyId, worker);
    await worker.load();
    return worker;
  };
  const several = (deployed: DeployedConsumer, queue: Queue, parked: Queue) =>
    Promise.all(Array.from({ length: WORKERS }, () => start(deployed, queue, parked)));
  return {
    deriver: new EventSource(derivation, await several(deriver, derivation, derivationParking), deriver.batchSize),
    tagger: new EventSource(tagging, await several(tagger, tagging, taggingParking), tagger.batchSize),
    derivationParking,
    taggingParking,
    endpoint,
    addTagger: () => start(tagger, tagging, taggingParking),
  };
}
