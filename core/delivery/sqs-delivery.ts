import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Delivery } from './consumer';

// the message attribute that tells a person why a message was parked.
const REASON_ATTRIBUTE = 'reason';
const EXPLANATION_ATTRIBUTE = 'explanation';
const LONGEST_EXPLANATION = 1024;

/**
 * Parks into, and delays on, SQS queues.
 */
export function sqsDelivery(sqs: SQSClient, queues: { source: string; parking: string }): Delivery {
  return {
    async park(message, failure) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queues.parking,
          MessageBody: message.body,
          MessageAttributes: {
            [REASON_ATTRIBUTE]: { DataType: 'String', StringValue: failure.reason },
            [EXPLANATION_ATTRIBUTE]: { DataType: 'String', StringValue: printable(failure.message) },
          },
        }),
      );
    },
    async delay(message, seconds) {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queues.source,
          ReceiptHandle: message.receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
  };
}

// SQS refuses an attribute with control characters, and an explanation may quote what a stranger wrote.
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_EXPLANATION) || '?';
}
