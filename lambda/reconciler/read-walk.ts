import { z } from 'zod';
import { contract } from '../../core/contract';
import { CannotSucceed } from '../../core/delivery/failures';
import { parseJson } from '../../core/delivery/parse-json';
import { beginWalk, Walk } from '../../core/reconcile/walk';
import { readScheduledTime } from '../scheduled-time';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads where a walk is from the message of the step before, or begins one for an event of the schedule.
 *
 * The same event always begins a walk of the same name, over the same time.
 */
export function readWalk(body: string, lookBackDays: number, now: Date): Walk {
  const message = parseJson(body);
  if (z.object({ source: z.literal('aws.events') }).safeParse(message).success) {
    const until = new Date(readScheduledTime(body, now).getTime() - contract.limits.walkGraceSeconds * 1000);
    return beginWalk(`scheduled-${until.toISOString()}`, new Date(until.getTime() - lookBackDays * DAY_MS), until);
  }
  const walk = Walk.safeParse(message);
  if (!walk.success) {
    throw new CannotSucceed('malformed-message', `no place in a walk: ${z.prettifyError(walk.error)}`);
  }
  return walk.data;
}
