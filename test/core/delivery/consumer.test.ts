import { consume, type Delivery, type QueueMessage } from '../../../core/delivery/consumer';
import { CannotSucceed } from '../../../core/delivery/failures';

const message: QueueMessage = {
  messageId: 'm-1',
  receiptHandle: 'r-1',
  body: 'body',
  attributes: { ApproximateReceiveCount: '3' },
};

function recordingDelivery() {
  const calls: unknown[] = [];
  const delivery: Delivery = {
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

test('a message that could not even be parked is not taken for done', async () => {
  const failing: Delivery = { park: () => Promise.reject(new Error('SQS is away')), delay: async () => {} };
  const hopeless = () => Promise.reject(new CannotSucceed('malformed-message', 'no JSON'));
  await expect(consume(message, hopeless, failing)).rejects.toThrow('SQS is away');
});
