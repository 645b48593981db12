import { chainOf, chainPrefix } from '../evidence/chain-key';
import type { Incarnation } from '../evidence/incarnation';
import { TERMINAL_STATUSES } from '../sagemaker/ended-job';
import { processingJobEvent, trainingJobEvent } from '../sagemaker/job-event';
import type { ListedJob } from '../sagemaker/listed';
import type { Estate } from './estate';
import { type Finding, gapOf, type Message, OF_OTHERS, SOUND } from './gap';
import type { Phase } from './phase';
import { isTooRecent, type Window } from './walk';

/**
 * Training and processing jobs of the platform that have ended, and of which nothing is stated.
 */
export const trainingJobs = jobsOf('training-job');
export const processingJobs = jobsOf('processing-job');

function jobsOf(kind: ListedJob['kind']): Phase<ListedJob> {
  return {
    list: (walk, estate) => estate.listJobs(kind, walk, walk.page),
    key: ({ arn }) => arn,
    look: lookAtJob,
  };
}

async function lookAtJob(listed: ListedJob, window: Window, estate: Estate): Promise<Finding> {
  const { kind, arn, name, createdAt, status, endedAt } = listed;
  if (!(TERMINAL_STATUSES as readonly string[]).includes(status) || isTooRecent(endedAt, window)) {
    return OF_OTHERS;
  }
  if (await hasChain({ kind, arn, name, createdAt: createdAt.toISOString() }, estate)) {
    return SOUND;
  }
  const job = await estate.endedJob(listed);
  if (!job || !(await estate.isOurs(job))) {
    return OF_OTHERS;
  }
  // without a revision it was not told to publish.
  if (kind === 'processing-job' && !job.configuredRevision) {
    return SOUND;
  }
  // whether it published before it failed only the Git host knows, whom the lineage-deriver asks.
  if (kind === 'processing-job' && job.status !== 'Completed') {
    return { ...SOUND, again: [jobMessage(job.identity)] };
  }
  return unstatedJob(job.identity);
}

/**
 * The gap of a job that has ended and of which nothing is stated.
 */
export function unstatedJob(identity: Incarnation): Finding {
  const explanation = `it was made at ${identity.createdAt} and has ended, and nothing is stated of it`;
  return gapOf('job-without-statement', identity.arn, explanation, jobMessage(identity));
}

/**
 * What has a job looked at again.
 */
export function jobMessage(identity: Incarnation): Message {
  const event = identity.kind === 'training-job' ? trainingJobEvent(identity) : processingJobEvent(identity);
  return { queue: 'derivation', body: event };
}

export async function hasChain(about: Incarnation, { platform, reader }: Estate): Promise<boolean> {
  for await (const _version of reader.versions(chainPrefix(chainOf(platform, about)))) {
    return true;
  }
  return false;
}
