import { contract } from '../contract';
import type { DescribedJob, TaggedRun } from './tag-runs';

/**
 * Whether a run is one of a job: `own`, somebody `else`'s, or `disputed`, where the run itself names two jobs.
 */
export type Membership = 'own' | 'disputed' | 'else';

type Job = Pick<DescribedJob, 'identity' | 'endedAt' | 'mlflowRunId'>;

const { trainingJobName, trainingJobArn } = contract.claimTags;

/**
 * Which of a job's runs a run is, by all that it says of itself: whoever may log to it may have changed each of these.
 *
 * A job's name can be used again after the job was deleted, in another region and in another account, so that a run which
 * only has the name in common is somebody else's.
 */
export function membershipOf(run: TaggedRun, job: Job): Membership {
  const arn = job.identity.arn.toLowerCase();
  const named = [run.tags[trainingJobArn], run.tags[contract.runTags.trainingJobArn]]
    .filter((told): told is string => told !== undefined && told !== '')
    .map((told) => told.toLowerCase());
  const isNamed = named.includes(arn);
  if (named.some((other) => other !== arn)) {
    return isNamed || !isNamesake(named, job) ? 'disputed' : 'else';
  }
  if (run.id === job.mlflowRunId && (run.tags[trainingJobName] ?? job.identity.name) !== job.identity.name) {
    return 'disputed';
  }
  return run.startedAt >= new Date(job.identity.createdAt) && run.startedAt <= job.endedAt ? 'own' : 'else';
}

/**
 * Whether a run was tagged as another job's, so that what it says of that job must not be written over.
 */
export function isTaggedAsOther(tags: TaggedRun['tags'], jobArn: string): boolean {
  const told = tags[contract.runTags.trainingJobArn];
  // an empty tag names no job, here as in membershipOf.
  return told !== undefined && told !== '' && told.toLowerCase() !== jobArn.toLowerCase();
}

// one job of the same name, elsewhere.
function isNamesake(named: readonly string[], { identity }: Job): boolean {
  const [first, ...more] = named;
  return more.every((other) => other === first) && first?.split('/').at(-1) === identity.name.toLowerCase();
}
