import { contract } from '../../../core/contract';
import { PARKING_REASONS } from '../../../core/delivery/failures';
import type { AnsweringEstate, MlflowWrite } from './answering-estate';
import type { FunctionProcess } from './function-process';
import type { PlatformFunction } from './platform-functions';
import type { RecordedCall } from './recording-aws';

/** What became of the messages of one batch, and all that was written on the way. */
export interface Invocation {
  /** `done`, `retried`, or the reason why they were parked. */
  readonly outcome: string;
  /** messages to other queues, and on from step to step. */
  readonly sent: readonly { readonly queueUrl: string; readonly body: string }[];
  /** statements that were kept. */
  // biome-ignore lint/suspicious/noExplicitAny: of whichever kind.
  readonly statements: readonly any[];
  readonly mlflow: readonly MlflowWrite[];
  /** properties that were written on model packages. */
  readonly properties: readonly Readonly<Record<string, string>>[];
}

/**
 * Has a function work on a batch, and makes sure that it ends well or fails as it should: within its memory and half of its
 * time, and with each message done, parked with a reason, or on its queue for a bounded while.
 */
export async function invoke(
  running: FunctionProcess,
  { memoryMb, timeoutSeconds }: PlatformFunction,
  estate: AnsweringEstate,
  batch: readonly string[],
  attempt: number,
): Promise<Invocation> {
  const begun = Date.now();
  const { value, error, peakMb } = await running.handle(batch, attempt);
  expect(error).toBeUndefined();
  expect((Date.now() - begun) / 1000).toBeLessThan(timeoutSeconds / 2);
  expect(peakMb).toBeLessThan(memoryMb);
  const calls = estate.takeCalls();
  const messages = calls.filter(({ operation }) => operation === 'AmazonSQS.SendMessage').map(({ input }) => input);
  return {
    outcome: outcomeOf(value?.batchItemFailures.length ?? 0, messages, calls),
    sent: messages
      .filter(({ QueueUrl }) => !/Parking/.test(QueueUrl))
      .map(({ QueueUrl, MessageBody }) => ({ queueUrl: QueueUrl, body: MessageBody })),
    statements: estate.s3.puts.filter(({ key }) => key.endsWith('.json')).map(({ key }) => statementAt(key, estate)),
    mlflow: estate.takeMlflowWrites(),
    properties: calls
      .filter(({ operation }) => operation === 'SageMaker.UpdateModelPackage')
      .map(({ input }) => input.CustomerMetadataProperties),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as the API of queues has them.
function outcomeOf(failures: number, messages: readonly any[], calls: readonly RecordedCall[]): string {
  const parked = messages.filter(({ QueueUrl }) => /Parking/.test(QueueUrl));
  const delays = calls
    .filter(({ operation }) => operation === 'AmazonSQS.ChangeMessageVisibility')
    .map(({ input }) => input.VisibilityTimeout);
  if (parked.length > 0) {
    for (const { MessageAttributes } of parked) {
      expect(PARKING_REASONS).toContain(MessageAttributes.reason.StringValue);
      expect(MessageAttributes.explanation.StringValue).toMatch(/^[\x20-\x7e]{1,1024}$/);
    }
    return parked[0].MessageAttributes.reason.StringValue;
  }
  if (failures > 0) {
    const { firstRetrySeconds, longestDelaySeconds } = contract.backOff;
    expect(delays).toHaveLength(failures);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(firstRetrySeconds);
    expect(Math.max(...delays)).toBeLessThanOrEqual(longestDelaySeconds);
    return 'retried';
  }
  return 'done';
}

function statementAt(key: string, { s3 }: AnsweringEstate) {
  const bytes = s3.objects.get(key)?.[0]?.bytes?.toString() ?? '';
  return JSON.parse(Buffer.from(JSON.parse(bytes).payload, 'base64').toString());
}
