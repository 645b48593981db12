import { findJobRuns } from '../chain/job-runs';
import { membershipOf } from '../chain/run-membership';
import type { TaggedRun } from '../chain/tag-runs';
import { contract, pattern } from '../contract';
import type { Estate } from './estate';
import { pageInExperiments } from './experiment-pages';
import { type Finding, gapOf, OF_OTHERS, SOUND } from './gap';
import { hasChain, jobMessage, unstatedJob } from './jobs';
import type { Phase } from './phase';
import { statementOfRun } from './tags-of-job';
import { isTooRecent, type Window } from './walk';

const { trainingJobName, trainingJobArn } = contract.claimTags;

/**
 * Runs that name a job of the platform, and that no statement names. Those that a statement names are looked at from
 * there.
 */
export const runs: Phase<TaggedRun> = {
  list: ({ since, until, page }, { pages }) =>
    pageInExperiments(pages, page, (ids, more) => pages.runs(ids, new Date(since), new Date(until), more)),
  key: ({ id }) => id,
  async look(run, walk, estate) {
    const name = run.tags[trainingJobName];
    // a run of a notebook, or of an evaluation.
    if (name === undefined || !pattern('jobName').test(name)) {
      return OF_OTHERS;
    }
    return (await statementOfRun(run.id, name, estate)) ? SOUND : lookAtUnstated(run, name, walk, estate);
  },
};

async function lookAtUnstated(run: TaggedRun, name: string, window: Window, estate: Estate): Promise<Finding> {
  const job = await estate.trainingJobNamed(name);
  if (!job) {
    return (await estate.isThere(name)) ? OF_OTHERS : ofGoneJob(run, name, estate);
  }
  if (isTooRecent(job.endedAt, window) || membershipOf(run, job) === 'else' || !(await estate.isOurs(job))) {
    return OF_OTHERS;
  }
  const { identity } = job;
  if (!(await hasChain(identity, estate))) {
    // a job that was made while the walk looks has been found already.
    return new Date(identity.createdAt) < new Date(window.since) ? unstatedJob(identity) : SOUND;
  }
  if (run.deleted) {
    const explanation = `it was deleted, it names ${identity.arn}, and what is stated last of that does not name it`;
    return gapOf('run-deleted', subjectOf(run), explanation);
  }
  // of more runs than are dealt with, the statement says that there are more.
  const { runs: own } = await findJobRuns(job, estate.runs);
  return own.some(({ id }) => id === run.id)
    ? gapOf(
        'run-without-statement',
        subjectOf(run),
        `no statement about ${identity.arn} names it`,
        jobMessage(identity),
      )
    : SOUND;
}

// only of a job that was made here, and of which nothing was stated: whose it was cannot be told any more.
async function ofGoneJob(run: TaggedRun, name: string, estate: Estate): Promise<Finding> {
  const arn = run.tags[trainingJobArn] ?? '';
  if (run.deleted || arn.toLowerCase() !== `${estate.arnPrefix}:training-job/${name}`.toLowerCase()) {
    return OF_OTHERS;
  }
  const stated = await estate.trainings(name);
  const before = stated.some(({ statement }) => new Date(statement.predicate.about.createdAt) <= run.startedAt);
  return before
    ? gapOf('run-without-statement', subjectOf(run), `no statement about ${arn} names it, and the job is gone`)
    : gapOf('job-gone', subjectOf(run), `it names ${arn}, which is gone, and nothing was stated of it`);
}

export function subjectOf({ id }: Pick<TaggedRun, 'id'>): string {
  return `mlflow:run/${id}`;
}
