import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Delivery } from './consumer';
import { correlationIdOf } from './correlation-id';
import { correlated, MESSAGE_ATTRIBUTE, textAttribute } from './message-attributes';

/**
 * Parks into, and delays on, SQS queues.
 */
export function sqsDelivery(
  sqs: SQSClient,
  queues: { source: string; parking: string; visibilityTimeoutSeconds: number },
): Delivery {
  return {
    visibilityTimeoutSeconds: queues.visibilityTimeoutSeconds,
    async park(message, failure) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queues.parking,
          MessageBody: message.body,
          MessageAttributes: {
            ...correlated(correlationIdOf(message)),
            [MESSAGE_ATTRIBUTE.reason]: textAttribute(failure.reason),
            [MESSAGE_ATTRIBUTE.explanation]: textAttribute(failure.message),
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
