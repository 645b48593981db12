import { Logger } from '@aws-lambda-powertools/logger';
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { CannotSucceed, Postponed } from '../../core/delivery/failures';
import { required } from '../../lambda/environment';
import { queueHandler } from '../../lambda/queue-handler';

const sent: unknown[] = [];

beforeAll(() => {
  process.env.AWS_REGION = 'us-east-1';
  process.env.ML_LINEAGE_PLATFORM = 'radiology';
  process.env.ML_LINEAGE_SOURCE_QUEUE_URL = 'https://sqs/source';
  process.env.ML_LINEAGE_PARKING_QUEUE_URL = 'https://sqs/parking';
  process.env.ML_LINEAGE_VISIBILITY_TIMEOUT_SECONDS = '1800';
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  // without it Powertools prints by a console of its own.
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(((command: { input: unknown; constructor: unknown }) => {
    sent.push([command.constructor, command.input]);
    return Promise.resolve({});
  }) as never);
});

const print = jest.spyOn(console, 'log').mockImplementation(() => {});

beforeEach(() => {
  sent.length = 0;
  print.mockClear();
});

const CONTEXT = { getRemainingTimeInMillis: () => 10_000 } as Context;

const record = (messageId: string, body: string, receiveCount = 1): SQSRecord =>
  ({
    messageId,
    body,
    receiptHandle: `handle-of-${messageId}`,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(Date.now()),
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    eventSource: 'aws:sqs',
  }) as SQSRecord;

async function handle(handleMessage: (body: string) => Promise<void>, ...Records: SQSRecord[]) {
  const event: SQSEvent = { Records };
  return queueHandler('test', handleMessage)(event, CONTEXT);
}

test('only what failed stays on the queue, each with a delay of its own', async () => {
  const answer = await handle(
    (body) => (body === 'bad' ? Promise.reject(new Error('away')) : Promise.resolve()),
    record('a', 'good'),
    record('b', 'bad', 1),
    record('c', 'bad', 3),
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }] });
  expect(sent).toEqual([
    [
      ChangeMessageVisibilityCommand,
      { QueueUrl: 'https://sqs/source', ReceiptHandle: 'handle-of-b', VisibilityTimeout: 10 },
    ],
    [
      ChangeMessageVisibilityCommand,
      { QueueUrl: 'https://sqs/source', ReceiptHandle: 'handle-of-c', VisibilityTimeout: 40 },
    ],
  ]);
});

test('what became of each message is counted for the platform', async () => {
  const handler = queueHandler('test', (body) =>
    body === 'bad' ? Promise.reject(new Error('away')) : Promise.resolve(),
  );
  await handler({ Records: [record('a', 'good'), record('b', 'bad'), record('c', 'good')] }, CONTEXT);
  const metrics = print.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(metrics).toContainEqual(
    expect.objectContaining({ platform: 'radiology', service: 'test', MessagesDone: [1, 1], MessagesRetried: 1 }),
  );
});

test('what is postponed comes back, and is counted apart from what fails', async () => {
  const postpone = () => Promise.reject(new Postponed('not yet'));
  const answer = await handle(postpone, record('a', 'x', 2));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
  expect(sent).toEqual([[ChangeMessageVisibilityCommand, expect.objectContaining({ VisibilityTimeout: 20 })]]);
  const metrics = print.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(metrics).toContainEqual(expect.objectContaining({ MessagesPostponed: 1 }));
  expect(metrics).not.toContainEqual(expect.objectContaining({ MessagesRetried: expect.anything() }));
});

test('a batch of which everything failed is no failed invocation', async () => {
  const answer = await handle(() => Promise.reject(new Error('away')), record('a', 'x'));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
});

test('what cannot succeed leaves the queue, and is parked as it was, with the reason', async () => {
  const failure = new CannotSucceed('git-refused', 'the host says:\u001b[2J "no"');
  const answer = await handle(() => Promise.reject(failure), record('a', '{"detail":{}}'));
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual([
    [
      SendMessageCommand,
      {
        QueueUrl: 'https://sqs/parking',
        MessageBody: '{"detail":{}}',
        MessageAttributes: {
          'correlation-id': { DataType: 'String', StringValue: 'a' },
          reason: { DataType: 'String', StringValue: 'git-refused' },
          explanation: { DataType: 'String', StringValue: 'the host says:?[2J "no"' },
        },
      },
    ],
  ]);
});

test.each([
  ['parked', (error: Error) => new CannotSucceed('git-refused', 'refused', { cause: error }), 'error'],
  ['tried again', (error: Error) => error, 'warn'],
] as const)(
  'of the error for which a message is %s, no more is logged than what it says',
  async (_what, failure, level) => {
    const error = Object.assign(new Error('away'), { answer: 'authorization: Basic glpat-0123' });
    const log = jest.spyOn(Logger.prototype, level).mockImplementation(() => {});
    await handle(() => Promise.reject(failure(error)), record('a', 'x'));
    const logged = JSON.stringify(log.mock.calls);
    log.mockRestore();
    expect(logged).toContain('away');
    expect(logged).toContain('queue-handler.test.ts');
    expect(logged).not.toContain('glpat-0123');
  },
);

test('each line of the log says which event it is about, and so does what is sent on', async () => {
  const ids = ['6a7e8feb-b491-4cf7-a9f1-bf3703467718', '0b9a1c5e-7d7f-4c56-8f4f-0d4f3a2b1c0d'];
  const told: string[] = [];
  process.env.POWERTOOLS_LOG_LEVEL = 'INFO';
  print.mockClear();
  const info = jest.spyOn(console, 'info').mockImplementation(() => {});
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const handler = queueHandler('test', async (body, { logger, correlationId }) => {
    told.push(correlationId);
    logger.info('begun', { body });
    await new Promise(setImmediate);
    throw new Error('away');
  });
  await handler({ Records: ids.map((id, index) => record(`m-${index}`, JSON.stringify({ id }))) }, CONTEXT);
  const lines = [...info.mock.calls, ...warn.mock.calls].map(([line]) => JSON.parse(String(line)));
  info.mockRestore();
  warn.mockRestore();
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  expect(told).toEqual(ids);
  expect(lines.map(({ message, correlation_id }) => [message, correlation_id]).sort()).toEqual(
    ids
      .flatMap((id) => [
        ['begun', id],
        ['message will be tried again', id],
      ])
      .sort(),
  );
});

test('a function without its settings says which is missing', () => {
  expect(() => required('ML_LINEAGE_NOWHERE')).toThrow(/ML_LINEAGE_NOWHERE is not set/);
});
