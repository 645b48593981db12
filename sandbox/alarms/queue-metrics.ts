import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Metric } from './metric-history';
import type { TimeLapse } from './time-lapse';

// SQS leaves what was received more often out of the age of the oldest message.
const MOST_RECEIVES = 3;
const MESSAGES_AT_ONCE = 10;

/**
 * What a metric of a queue says at a moment, if the queue stays as it is until then; undefined where it says nothing.
 */
export async function readQueueMetric(
  sqs: SQSClient,
  { name, dimensions }: Metric,
  clock: TimeLapse,
): Promise<(moment: Date) => number | undefined> {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: dimensions.QueueName }));
  switch (name) {
    case 'ApproximateNumberOfMessagesVisible': {
      const visible = await countVisible(sqs, QueueUrl);
      return () => visible;
    }
    case 'ApproximateAgeOfOldestMessage': {
      const oldest = await findOldest(sqs, QueueUrl);
      return (moment) => oldest && (moment.getTime() - clock.of(oldest).getTime()) / 1000;
    }
    default:
      throw new Error(`the local CloudWatch does not know the metric ${name} of a queue`);
  }
}

async function countVisible(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

// no attribute of a queue says it. The messages that are looked at count as received.
async function findOldest(sqs: SQSClient, QueueUrl: string): Promise<Date | undefined> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: MESSAGES_AT_ONCE,
      VisibilityTimeout: 0,
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
    }),
  );
  const sent = Messages.filter(({ Attributes }) => Number(Attributes?.ApproximateReceiveCount) <= MOST_RECEIVES).map(
    ({ Attributes }) => Number(Attributes?.SentTimestamp),
  );
  return sent.length === 0 ? undefined : new Date(Math.min(...sent));
}
