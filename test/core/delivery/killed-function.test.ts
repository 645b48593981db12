import * as fc from 'fast-check';
import { retryDelaySeconds } from '../../../core/delivery/back-off';
import { killedItsFunction } from '../../../core/delivery/killed-function';
import contract from '../../../lib/private/contract.json';

const { fewest, most, idleQueueSeconds } = contract.killedAttempts;
const SENT = Date.parse('2026-03-01T12:00:00Z');

// from the shortest to the longest time that a function of ours has; its queue hides a message for six times that.
const functionSeconds = fc.integer({ min: 60, max: 900 });

/** What a message looks like to a function that receives it after some attempts, each of which took some seconds. */
function judge(attempts: readonly number[], timeout: number, waitedAtFirst = 0): boolean {
  const firstReceivedAt = SENT + waitedAtFirst * 1000;
  const now = new Date(firstReceivedAt + attempts.reduce((sum, seconds) => sum + seconds, 0) * 1000);
  return killedItsFunction({ receiveCount: attempts.length + 1, sentAt: SENT, firstReceivedAt }, 6 * timeout, now);
}

const seconds = (max: number) => fc.double({ min: 0, max, noNaN: true });

test('a message whose attempts all ended with the function is known by its fourth receive', () => {
  const killed = functionSeconds.chain((timeout) =>
    fc
      .tuple(fc.array(seconds(idleQueueSeconds), { minLength: fewest, maxLength: most }), seconds(idleQueueSeconds))
      .map(([waits, first]) => ({ timeout, first, attempts: waits.map((wait) => 6 * timeout + wait) })),
  );
  fc.assert(fc.property(killed, ({ attempts, timeout, first }) => judge(attempts, timeout, first)));
});

test('a message whose attempts failed is never taken for one, however long they took, in a queue that keeps up', () => {
  const failed = functionSeconds.chain((timeout) =>
    fc
      .array(fc.tuple(seconds(timeout), seconds(idleQueueSeconds)), { maxLength: contract.backOff.attempts })
      .map((attempts) => ({
        timeout,
        attempts: attempts.map(([took, waited], index) => took + retryDelaySeconds(index + 1) + waited),
      })),
  );
  fc.assert(
    fc.property(failed, ({ attempts, timeout }) => !judge(attempts, timeout)),
    { numRuns: 1000 },
  );
});

test('of a message that waited, before the first attempt or later, nothing is concluded', () => {
  const killed = Array(fewest).fill(6 * 60);
  expect(judge(killed, 60)).toBe(true);
  expect(judge(killed, 60, idleQueueSeconds + 1)).toBe(false);
  expect(
    judge(
      killed.map((took) => took + 2 * idleQueueSeconds),
      60,
    ),
  ).toBe(false);
});

test('nor of one with fewer attempts, or so many that the delays are as long', () => {
  expect(judge(Array(fewest - 1).fill(360), 60)).toBe(false);
  expect(judge(Array(most + 1).fill(360), 60)).toBe(false);
});

test('nor where SQS did not say when the message came', () => {
  const past = { receiveCount: fewest + 1, sentAt: Number.NaN, firstReceivedAt: Number.NaN };
  expect(killedItsFunction(past, 360, new Date(SENT))).toBe(false);
});
