import { membershipOf } from '../chain/run-membership';
import type { TaggedRun } from '../chain/tag-runs';
import { contract, pattern } from '../contract';
import { taggedDataLinks } from './data-links';
import { type ExaminedTraining, statedTraining } from './examine-training';
import type { Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { Trail } from './trail';
import { trainingLinks } from './training-links';

const { runTags, claimTags } = contract;

export interface FollowedRun {
  readonly links: readonly Link[];
  /** absent where the run leads to none. */
  readonly training: ExaminedTraining | undefined;
}

/**
 * Follows a run to its training job, and compares what is tagged on it with what is stated and derived of the job.
 */
export async function followRun(runId: string, trail: Trail): Promise<FollowedRun> {
  const run = await answerOf(trail.sources.mlflow.run(runId));
  if (run instanceof SourceFailure) {
    return { links: [failedLink('run', runId, run)], training: undefined };
  }
  if (!run) {
    return alone(missing(runId, 'run-not-found', 'MLflow has no such run'));
  }
  return followFoundRun(run, trail);
}

/**
 * Follows a run as MLflow has it.
 */
export async function followFoundRun(run: TaggedRun, trail: Trail): Promise<FollowedRun> {
  const { tags } = run;
  const isTagged = tags[runTags.status] !== undefined && tags[runTags.recordedBy] !== undefined;
  const platform = tags[runTags.platform];
  if (platform !== undefined && platform !== trail.sources.platform) {
    const check = `it is tagged as of the platform ${platform}, and this is ${trail.sources.platform}`;
    return alone(missing(run.id, 'run-of-other-platform', check), ...taggedDataLinks(tags, 'of another platform'));
  }
  const name = tags[claimTags.trainingJobName];
  if (name === undefined || !pattern('jobName').test(name)) {
    const check = `it does not name its training job in the tag ${claimTags.trainingJobName}`;
    return alone(
      isTagged ? missing(run.id, 'run-without-job', check) : untagged(run),
      ...taggedDataLinks(tags, 'the run does not name its training job'),
    );
  }
  const training = await trail.training(name);
  return {
    links: [runLink(run, training), ...trainingLinks(training, isTagged ? tags : undefined)],
    training,
  };
}

/**
 * A run, and whether it is one of its job's.
 */
export function runLink(run: TaggedRun, training: ExaminedTraining): Link {
  const { tags } = run;
  const { job } = training;
  const common = { kind: 'run', value: run.id, sources: ['MLflow', 'SageMaker'] } as const;
  if (run.deleted) {
    return missing(
      run.id,
      'run-deleted',
      'it is deleted in MLflow, and can be restored until MLflow removes it for good',
    );
  }
  const membership = job && !(job instanceof SourceFailure) ? membershipOf(run, job) : 'own';
  if (membership === 'disputed') {
    return { ...common, outcome: 'differs', problem: 'run-of-two-jobs', check: 'it names two training jobs' };
  }
  if (membership === 'else') {
    const check = 'it was not logged by the training job of this name that SageMaker describes';
    return { ...common, outcome: 'differs', problem: 'run-of-other-job', check };
  }
  if (tags[runTags.status] === undefined || tags[runTags.recordedBy] === undefined) {
    return untagged(run);
  }
  const stated = statedTraining(training);
  // whoever may log to the app may give a run of their own the tags of another.
  return stated && !stated.runs.value.some(({ runId }) => runId === run.id)
    ? missing(run.id, 'run-not-stated', 'it has the tags of the training job, whose evidence does not name it')
    : { ...common, outcome: 'agrees', check: `MLflow has it as ${run.status}, tagged by ${tags[runTags.recordedBy]}` };
}

function untagged({ id }: TaggedRun): Link {
  return missing(
    id,
    'run-without-tags',
    'it has no tags of lineage: nothing has been derived for it yet, or it is no run of a training job',
  );
}

function missing(runId: string, problem: Link['problem'] & string, check: string): Link {
  return { kind: 'run', value: runId, outcome: 'missing', problem, check, sources: ['MLflow'] };
}

function alone(...links: Link[]): FollowedRun {
  return { links, training: undefined };
}
