import { consume, type Delivery, type QueueMessage } from '../../../core/delivery/consumer';
import { CannotSucceed, Postponed } from '../../../core/delivery/failures';
import { HttpError } from '../../../core/http/http-error';

const SENT = Date.parse('2026-03-01T12:00:00Z');

const received = (receiveCount: number): QueueMessage => ({
  messageId: 'm-1',
  receiptHandle: 'r-1',
  body: 'body',
  attributes: {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(SENT),
    ApproximateFirstReceiveTimestamp: String(SENT),
  },
});
const message = received(3);
const after = (seconds: number) => new Date(SENT + seconds * 1000);

function recordingDelivery() {
  const calls: unknown[] = [];
  const delivery: Delivery = {
    visibilityTimeoutSeconds: 360,
    park: async ({ messageId }, { reason }) => void calls.push(['park', messageId, reason]),
    delay: async ({ messageId }, seconds) => void calls.push(['delay', messageId, seconds]),
  };
  return { calls, delivery };
}

test('a message that is dealt with is neither parked nor delayed', async () => {
  const { calls, delivery } = recordingDelivery();
  await expect(consume(message, async () => {}, delivery)).resolves.toEqual({ kind: 'done' });
  expect(calls).toEqual([]);
});

test('a message that cannot succeed is parked with its reason', async () => {
  const { calls, delivery } = recordingDelivery();
  const failure = new CannotSucceed('git-refused', 'the host refuses the token');
  const outcome = await consume(message, () => Promise.reject(failure), delivery);
  expect(outcome).toEqual({ kind: 'parked', failure });
  expect(calls).toEqual([['park', 'm-1', 'git-refused']]);
});

test('a message that fails otherwise is delayed by how often it was received', async () => {
  const { calls, delivery } = recordingDelivery();
  const error = new Error('MLflow is away');
  const outcome = await consume(message, () => Promise.reject(error), delivery);
  expect(outcome).toEqual({ kind: 'retried', error, afterSeconds: 40 });
  expect(calls).toEqual([['delay', 'm-1', 40]]);
});

test.each([3, 60])(
  'a message that is done but for what comes later waits at attempt %d, and is not told as failed',
  async (attempt) => {
    const { calls, delivery } = recordingDelivery();
    // what it waits for may be refused for good: that is no reason to park what is done.
    const error = new Postponed('the graph does not have the job yet', { cause: new TypeError('refused') });
    const outcome = await consume(received(attempt), () => Promise.reject(error), delivery);
    expect(outcome).toMatchObject({ kind: 'postponed', error });
    expect(calls).toEqual([['delay', 'm-1', attempt === 3 ? 40 : 900]]);
  },
);

test('how often a message was received is told with it', async () => {
  const handle = jest.fn(async () => {});
  await consume(message, handle, recordingDelivery().delivery);
  expect(handle).toHaveBeenCalledWith('body', 3);
});

test('a message that could not even be parked is not taken for done', async () => {
  const failing: Delivery = {
    visibilityTimeoutSeconds: 360,
    park: () => Promise.reject(new Error('SQS is away')),
    delay: async () => {},
  };
  const hopeless = () => Promise.reject(new CannotSucceed('malformed-message', 'no JSON'));
  await expect(consume(message, hopeless, failing)).rejects.toThrow('SQS is away');
});

test('an error that no waiting mends has some minutes, and is parked then', async () => {
  const { calls, delivery } = recordingDelivery();
  const defect = new TypeError('x is undefined');
  let seconds = 0;
  let receiveCount = 1;
  for (;;) {
    const outcome = await consume(received(receiveCount), () => Promise.reject(defect), delivery, after(seconds));
    if (outcome.kind !== 'retried') {
      expect(outcome).toMatchObject({ kind: 'parked', failure: { reason: 'unexpected-error', cause: defect } });
      break;
    }
    seconds += outcome.afterSeconds;
    receiveCount += 1;
  }
  expect(calls.at(-1)).toEqual(['park', 'm-1', 'unexpected-error']);
  expect(seconds).toBeGreaterThanOrEqual(300);
  expect(seconds).toBeLessThan(360);
});

test('an error that may pass is retried as often as there are attempts, and parked with the last one', async () => {
  const { delivery } = recordingDelivery();
  const away = () => Promise.reject(new Error('MLflow is away'));
  await expect(consume(received(59), away, delivery)).resolves.toMatchObject({ kind: 'retried', afterSeconds: 900 });
  await expect(consume(received(60), away, delivery)).resolves.toMatchObject({
    kind: 'parked',
    failure: { reason: 'retries-exhausted', message: 'attempt 60 failed: Error: MLflow is away' },
  });
});

test('a message that killed its function each time is parked before it is read again', async () => {
  const { calls, delivery } = recordingDelivery();
  const handle = jest.fn();
  const outcome = await consume(received(4), handle, delivery, after(3 * 360));
  expect(outcome).toMatchObject({ kind: 'parked', failure: { reason: 'function-killed' } });
  expect(calls).toEqual([['park', 'm-1', 'function-killed']]);
  expect(handle).not.toHaveBeenCalled();
});

test('who asks to be left alone for longer is, but not for longer than anybody', async () => {
  const { delivery } = recordingDelivery();
  const asking = (retryAfterSeconds: number) =>
    consume(message, () => Promise.reject(new HttpError('later', { status: 429, retryAfterSeconds })), delivery);
  await expect(asking(5)).resolves.toMatchObject({ afterSeconds: 40 });
  await expect(asking(300)).resolves.toMatchObject({ afterSeconds: 300 });
  await expect(asking(1e9)).resolves.toMatchObject({ afterSeconds: 900 });
});
