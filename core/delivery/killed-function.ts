import { contract } from '../contract';

/**
 * What SQS tells of a message's past, in milliseconds since 1970.
 */
export interface MessagePast {
  readonly receiveCount: number;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
}

/**
 * Whether every attempt so far ended with the function: out of memory, out of time, or not started at all.
 *
 * An attempt that failed otherwise gave the message its delay. One that ended with the function left it hidden for the
 * queue's whole visibility time-out, which at first is many times longer. Waiting in a long queue looks alike, so nothing
 * is concluded where the message ever waited, nor later, when the delays are as long: then the number of attempts is
 * what ends it.
 */
export function killedItsFunction(past: MessagePast, visibilityTimeoutSeconds: number, now: Date): boolean {
  const { fewest, most, idleQueueSeconds } = contract.killedAttempts;
  const attempts = past.receiveCount - 1;
  if (attempts < fewest || attempts > most) {
    return false;
  }
  const waitedAtFirst = (past.firstReceivedAt - past.sentAt) / 1000;
  const sinceThen = (now.getTime() - past.firstReceivedAt) / 1000;
  const hidden = attempts * visibilityTimeoutSeconds;
  return (
    waitedAtFirst <= idleQueueSeconds &&
    sinceThen >= hidden - idleQueueSeconds &&
    sinceThen <= hidden + attempts * idleQueueSeconds
  );
}
