import { contract } from '../contract';
import { membershipOf } from './run-membership';
import type { DescribedJob, Runs, TaggedRun } from './tag-runs';
import { take } from './take';

/**
 * The runs of a job, as far as their number is dealt with.
 */
export interface JobRuns {
  readonly runs: readonly TaggedRun[];
  /** whether there are more, or may be, than were looked at. */
  readonly areMore: boolean;
}

/**
 * Finds the runs of a job: those that name it, and the one that SageMaker names.
 */
export async function findJobRuns(
  job: Pick<DescribedJob, 'identity' | 'endedAt' | 'mlflowRunId'>,
  runs: Pick<Runs, 'getRun' | 'findRunsByTag'>,
): Promise<JobRuns> {
  const { runsSearched, runsPerJob } = contract.limits;
  const byService = job.mlflowRunId === undefined ? undefined : await runs.getRun(job.mlflowRunId);
  const byTag = await take(runs.findRunsByTag(contract.claimTags.trainingJobName, job.identity.name), runsSearched);
  const byId = new Map([...(byService ? [byService] : []), ...byTag.items].map((run) => [run.id, run]));
  const own = [...byId.values()].filter((run) => !run.deleted && membershipOf(run, job) !== 'else');
  // where some have to be left out, it is not those with the models.
  own.sort((a, b) => Number(b.hasModel) - Number(a.hasModel));
  return { runs: own.slice(0, runsPerJob), areMore: byTag.areMore || own.length > runsPerJob };
}
