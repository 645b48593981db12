import { contract } from '../contract';
import type { Incarnation } from '../evidence/incarnation';
import { type CurrentObject, type DescribedDeployment, deployedContainers } from './deployment';
import { type DeploymentDraft, deriveDeployment } from './derive-deployment';
import { jobOfModelUri } from './model-address';
import { packageProperties, reconcileProperties, type StoredDeployment } from './package-properties';
import type { StoredTraining } from './run-tags';

/**
 * A training job, as SageMaker describes it.
 */
export interface NamedTraining {
  readonly modelUri: string | undefined;
  /** absent while the job runs. */
  readonly endedAt: Date | undefined;
  readonly ofPlatform: boolean;
}

/**
 * Where a recorder of deployments looks, and where it keeps what it says.
 */
export interface DeploymentSources {
  readonly platform: string;
  /** The bytes that are under an address now; `undefined` where they cannot be read. */
  readObject(uri: string): Promise<CurrentObject | undefined>;
  /** The last statement about each training job that ever had the name, the oldest job first. */
  trainings(jobName: string): Promise<StoredTraining[]>;
  trainingJob(jobName: string): Promise<NamedTraining | undefined>;
  /** Whether there are statements about this endpoint, job or package already. */
  isKnown(about: Incarnation): Promise<boolean>;
  /** Whether its tag names the platform. */
  isTagged(arn: string): Promise<boolean>;
  /** Signs a statement and keeps it, unless the last one about the deployment says the same. */
  record(draft: DeploymentDraft): Promise<StoredDeployment>;
  writeProperties(packageArn: string, properties: Readonly<Record<string, string>>): Promise<void>;
  readonly recordedBy: string;
  now(): Date;
}

export interface RecordedDeployment {
  readonly stored: StoredDeployment;
  readonly written: Readonly<Record<string, string>>;
}

/**
 * Keeps a signed statement about what is put to use, and then writes on a model package what it says. Doing it twice
 * changes nothing.
 *
 * @returns `undefined` where it is of no concern to the platform: none of its models come from the platform's jobs, its
 * tag does not name the platform, and nothing was stated of it before
 */
export async function recordDeployment(
  deployment: DescribedDeployment,
  sources: DeploymentSources,
): Promise<RecordedDeployment | undefined> {
  const at = sources.now();
  const uris = new Set(deployedContainers(deployment).flatMap(({ data }) => (data.kind === 'object' ? data.uri : [])));
  const trainings = new Map<string, StoredTraining[]>();
  for (const job of jobsOf(uris)) {
    trainings.set(job, await sources.trainings(job));
  }
  const isOurs =
    [...trainings.values()].some((stated) => stated.length > 0) ||
    (await sources.isKnown(deployment.about)) ||
    (await sources.isTagged(deployment.taggedArn));
  if (!(await hasUnstatedTraining(uris, trainings, sources)) && !isOurs) {
    return undefined;
  }
  const objects = new Map<string, CurrentObject>();
  for (const uri of uris) {
    const object = await sources.readObject(uri);
    if (object) {
      objects.set(uri, object);
    }
  }
  const { platform, recordedBy } = sources;
  const stored = await sources.record(deriveDeployment({ platform, deployment, objects, trainings, at, recordedBy }));
  return { stored, written: await writeOnPackage(deployment, stored, sources) };
}

function jobsOf(uris: Iterable<string>): Set<string> {
  return new Set([...uris].flatMap((uri) => jobOfModelUri(uri) ?? []));
}

/**
 * Whether a model is of a job of the platform about which nothing is stated.
 *
 * @throws Error while the statement may still come: a pipeline registers a model as soon as its job has ended
 */
async function hasUnstatedTraining(
  uris: Iterable<string>,
  trainings: ReadonlyMap<string, readonly StoredTraining[]>,
  sources: DeploymentSources,
): Promise<boolean> {
  let found = false;
  for (const uri of uris) {
    const name = jobOfModelUri(uri);
    if (name === undefined || (trainings.get(name) ?? []).length > 0) {
      continue;
    }
    const job = await sources.trainingJob(name);
    if (!job?.ofPlatform || job.modelUri !== uri) {
      continue;
    }
    const seconds = job.endedAt ? (sources.now().getTime() - job.endedAt.getTime()) / 1000 : 0;
    if (seconds < contract.limits.trainingStatementSeconds) {
      throw new Error(`nothing is stated yet about the training job ${name}, which made a model that is put to use`);
    }
    found = true;
  }
  return found;
}

async function writeOnPackage(
  { about, packages }: DescribedDeployment,
  stored: StoredDeployment,
  sources: DeploymentSources,
): Promise<Readonly<Record<string, string>>> {
  const [own] = packages;
  if (about.kind !== 'model-package' || !own) {
    return {};
  }
  const written = reconcileProperties(packageProperties(stored), own.properties, own.arn);
  // a write makes an event, which comes back here.
  if (Object.keys(written).length > 0) {
    await sources.writeProperties(own.arn, written);
  }
  return written;
}
