import { isDeepStrictEqual } from 'node:util';
import { contract } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { type JobEnvironment, repeatable } from './configuration';
import type { Derivation, JobIdentity } from './derivation';
import { primaryRun } from './primary-run';
import { reconcileTags, runTags } from './run-tags';

export interface TaggedRun {
  readonly id: string;
  readonly startedAt: Date;
  readonly deleted: boolean;
  /** whether a model was logged to it. */
  readonly hasModel: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The part of MLflow that tagging needs.
 */
export interface Runs {
  getRun(runId: string): Promise<TaggedRun | undefined>;
  findRunsByTag(key: string, value: string): Promise<TaggedRun[]>;
  setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * The job as SageMaker describes it, asked again and apart from the derivation.
 */
export interface DescribedJob extends JobEnvironment {
  readonly identity: JobIdentity;
  readonly endedAt: Date;
  readonly mlflowRunId: string | undefined;
}

export interface Tagging {
  readonly runId: string;
  readonly written: Readonly<Record<string, string>>;
}

/**
 * Writes a derivation on every run of its job. Doing it twice changes nothing.
 *
 * @throws CannotSucceed where the derivation is not about the job as it is now, or the job has no run to write on
 */
export async function tagRuns(
  derivation: Derivation,
  job: DescribedJob,
  runs: Runs,
  recordedBy: string,
): Promise<Tagging[]> {
  assertSameJob(derivation, job);
  const found = await findRuns(job, runs);
  const primary = primaryRun(found);
  if (!primary) {
    throw new CannotSucceed(
      'run-not-found',
      `no run names the job ${job.identity.name} in its tag ${contract.claimTags.trainingJobName}; has its script logged to MLflow?`,
    );
  }
  const wanted = { ...runTags(derivation, recordedBy), [contract.runTags.primaryRun]: primary.id };
  const taggings: Tagging[] = [];
  for (const run of found) {
    const written = reconcileTags(wanted, run.tags);
    if (Object.keys(written).length > 0) {
      await runs.setTags(run.id, written);
    }
    taggings.push({ runId: run.id, written });
  }
  return taggings;
}

function assertSameJob(derivation: Derivation, job: DescribedJob): void {
  const same =
    isDeepStrictEqual(derivation.job, job.identity) && isDeepStrictEqual(derivation.configured, repeatable(job));
  if (!same) {
    throw new CannotSucceed(
      'job-changed',
      `the derivation is about ${derivation.job.arn} made at ${derivation.job.createdAt}, SageMaker now describes another job of this name, made at ${job.identity.createdAt}`,
    );
  }
}

async function findRuns(job: DescribedJob, runs: Runs): Promise<TaggedRun[]> {
  const byTag = await runs.findRunsByTag(contract.claimTags.trainingJobName, job.identity.name);
  const byService = job.mlflowRunId === undefined ? undefined : await runs.getRun(job.mlflowRunId);
  const byId = new Map([...byTag, ...(byService ? [byService] : [])].map((run) => [run.id, run]));
  return [...byId.values()].filter((run) => !run.deleted && isOfThisIncarnation(run, job));
}

// a job's name can be used again after the job was deleted, and any run may name any job: a run from before or after the
// job, or one that names another ARN, is a run of somebody else.
function isOfThisIncarnation(run: TaggedRun, { identity, endedAt }: DescribedJob): boolean {
  const arn = run.tags[contract.claimTags.trainingJobArn];
  const namesThisJob = arn === undefined || arn.toLowerCase() === identity.arn.toLowerCase();
  return namesThisJob && run.startedAt >= new Date(identity.createdAt) && run.startedAt <= endedAt;
}
