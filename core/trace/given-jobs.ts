import type { Dataset } from '../chain/derivation';
import type { TaggedRun } from '../chain/tag-runs';
import { take } from '../chain/take';
import { contract } from '../contract';
import { objectKey } from '../dvc/remote-layout';
import { answerOf, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

const { limits, claimTags, runTags } = contract;

/**
 * Data whose users are looked for.
 */
export interface SoughtData {
  /** in words. */
  readonly what: string;
  /** those that are tagged with it. */
  readonly runs: AsyncIterable<TaggedRun>;
  /** by their content. */
  readonly md5s: readonly string[];
  /** absent where it is sought by its content alone. */
  readonly dataCommit?: string;
}

/**
 * What was given the data of a commit: tagged with the commit, or drawn from the content of one of its datasets.
 */
export function ofDataCommit(
  dataCommit: string,
  datasets: readonly Pick<Dataset, 'md5'>[],
  { mlflow }: TraceSources,
): SoughtData {
  const md5s = datasets.map(({ md5 }) => md5);
  return { what: `the data commit ${dataCommit}`, runs: mlflow.runsOfCommit(dataCommit), md5s, dataCommit };
}

/**
 * What was given an object, which is a dataset of its own.
 */
export function ofDataset(what: string, md5: string, { mlflow }: TraceSources): SoughtData {
  return { what, runs: mlflow.runsOfDataset(md5), md5s: [md5] };
}

/**
 * A job that is known to have been given data, and who knows that.
 */
export interface GivenJob {
  /** absent for runs that name no job. */
  readonly name: string | undefined;
  readonly runs: readonly TaggedRun[];
  readonly isDrawn: boolean;
}

export interface GivenJobs {
  readonly jobs: readonly GivenJob[];
  /** how many runs are tagged, or why MLflow does not say. */
  readonly tagged: number | SourceFailure;
  /** to how many jobs SageMaker's lineage graph leads, or why it does not say. */
  readonly drawn: number | SourceFailure;
  /** whether there are more than were looked at. */
  readonly areMore: boolean;
}

/**
 * Finds the jobs that were given data: by the tags of runs in MLflow, which whoever may log to it can change and delete,
 * and by SageMaker's lineage graph, which keeps its edges. Neither is complete, and each knows what the other has lost.
 */
export async function findGivenJobs(
  { runs, md5s }: SoughtData,
  { platform, sagemaker, data }: TraceSources,
): Promise<GivenJobs> {
  const tagged = await answerOf(take(runs, limits.traceRuns));
  const drawn = await answerOf(drawnJobs(md5s, sagemaker, data.remote.url));
  const byJob = new Map<string, GivenJob>();
  for (const run of tagged instanceof SourceFailure ? [] : tagged.items) {
    const key = jobOf(run, platform);
    const known = byJob.get(key)?.runs ?? [];
    byJob.set(key, { name: run.tags[claimTags.trainingJobName], runs: [...known, run], isDrawn: false });
  }
  for (const name of drawn instanceof SourceFailure ? [] : drawn.names) {
    // ARNs are in lower case, whatever the names.
    const key = [...byJob.keys()].find((one) => one.toLowerCase() === `${platform} ${name}`.toLowerCase());
    const known = key === undefined ? undefined : byJob.get(key);
    byJob.set(key ?? `${platform} ${name}`, { name, runs: [], ...known, isDrawn: true });
  }
  const jobs = [...byJob.values()];
  return {
    jobs: jobs.slice(0, limits.traceJobs),
    tagged: tagged instanceof SourceFailure ? tagged : tagged.items.length,
    drawn: drawn instanceof SourceFailure ? drawn : drawn.names.length,
    areMore:
      jobs.length > limits.traceJobs ||
      (!(tagged instanceof SourceFailure) && tagged.areMore) ||
      (!(drawn instanceof SourceFailure) && drawn.areMore),
  };
}

// a job of another platform is none of ours, though it may have the same name.
function jobOf({ id, tags }: TaggedRun, ours: string): string {
  const name = tags[claimTags.trainingJobName];
  return name === undefined ? `run ${id}` : `${tags[runTags.platform] ?? ours} ${name}`;
}

async function drawnJobs(md5s: readonly string[], sagemaker: TraceSources['sagemaker'], remoteUrl: string) {
  const names = new Set<string>();
  let areMore = false;
  for (const md5 of new Set(md5s)) {
    const found = await take(
      sagemaker.trainingJobsGiven({ sourceUri: objectKey(remoteUrl, md5), md5 }),
      limits.traceJobs,
    );
    areMore ||= found.areMore;
    for (const name of found.items) {
      names.add(name);
    }
  }
  return { names: [...names], areMore };
}
