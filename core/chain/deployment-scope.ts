import { contract } from '../contract';
import type { Incarnation } from '../evidence/incarnation';
import { type DescribedDeployment, deployedContainers } from './deployment';
import { jobOfModelUri } from './model-address';
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
 * Who knows whether a deployment belongs to a platform.
 */
export interface ScopeSources {
  /** The last statement about each training job that ever had the name, the oldest job first. */
  trainings(jobName: string): Promise<readonly StoredTraining[]>;
  trainingJob(jobName: string): Promise<NamedTraining | undefined>;
  /** Whether there are statements about this endpoint, job or package already. */
  isKnown(about: Incarnation): Promise<boolean>;
  /** Whether its tag names the platform. */
  isTagged(arn: string): Promise<boolean>;
  now(): Date;
}

export interface DeploymentScope {
  /** where the models are that are put to use. */
  readonly uris: ReadonlySet<string>;
  readonly trainings: ReadonlyMap<string, readonly StoredTraining[]>;
  /** false where none of the models come from the platform's jobs, its tag does not name the platform, and nothing was
   * stated of it before. */
  readonly isOurs: boolean;
}

/**
 * A pipeline registers a model as soon as its job has ended; what is stated about the job comes a little later.
 */
export class StatementMayStillCome extends Error {
  override readonly name = 'StatementMayStillCome';
}

/**
 * Finds out whether a deployment belongs to a platform.
 *
 * @throws StatementMayStillCome
 */
export async function deploymentScope(
  deployment: DescribedDeployment,
  sources: ScopeSources,
): Promise<DeploymentScope> {
  const uris = new Set(deployedContainers(deployment).flatMap(({ data }) => (data.kind === 'object' ? data.uri : [])));
  const trainings = new Map<string, readonly StoredTraining[]>();
  for (const job of jobsOf(uris)) {
    trainings.set(job, await sources.trainings(job));
  }
  const isOurs =
    [...trainings.values()].some((stated) => stated.length > 0) ||
    (await sources.isKnown(deployment.about)) ||
    (await sources.isTagged(deployment.taggedArn));
  return { uris, trainings, isOurs: (await hasUnstatedTraining(uris, trainings, sources)) || isOurs };
}

function jobsOf(uris: Iterable<string>): Set<string> {
  return new Set([...uris].flatMap((uri) => jobOfModelUri(uri) ?? []));
}

/**
 * Whether a model is of a job of the platform about which nothing is stated.
 */
async function hasUnstatedTraining(
  uris: Iterable<string>,
  trainings: ReadonlyMap<string, readonly StoredTraining[]>,
  sources: ScopeSources,
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
      throw new StatementMayStillCome(
        `nothing is stated yet about the training job ${name}, which made a model that is put to use`,
      );
    }
    found = true;
  }
  return found;
}
