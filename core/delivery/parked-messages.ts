import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { pattern } from '../contract';
import { PARKING_REASONS, type ParkedBecause } from './failures';
import { correlated, MESSAGE_ATTRIBUTE } from './message-attributes';

export interface ParkedMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly because: ParkedBecause;
  readonly explanation: string;
  readonly correlationId: string;
  readonly sentAt: Date;
}

const HIDDEN_SECONDS = 900;
const MESSAGES_AT_ONCE = 10;
// what makes SQS ask all of its servers: a short poll may find nothing where there is something
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html).
const WAIT_SECONDS = 1;
// what EventBridge says of an event that it could not deliver
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
const EVENTBRIDGE_ATTRIBUTE = 'RULE_ARN';

/**
 * All messages of a parking queue, each once. They are hidden from others for 15 minutes, or until they are shown again.
 */
export async function* receiveParked(sqs: SQSClient, queueUrl: string): AsyncGenerator<ParkedMessage> {
  const seen = new Set<string>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: MESSAGES_AT_ONCE,
        WaitTimeSeconds: WAIT_SECONDS,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (Messages.length === 0) {
      return;
    }
    for (const message of Messages.map(parkedMessage)) {
      if (!seen.has(message.id)) {
        seen.add(message.id);
        yield message;
      }
    }
  }
}

/**
 * Shows a message to others again.
 */
export async function showAgain(sqs: SQSClient, queueUrl: string, { receiptHandle }: ParkedMessage): Promise<void> {
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
  );
}

/**
 * Moves a message back to where it is worked on. It is sent before it is deleted: what happens in between makes two of it,
 * which the functions take for one, and never none.
 */
export async function sendBack(
  sqs: SQSClient,
  queues: { readonly work: string; readonly parking: string },
  { body, correlationId, receiptHandle }: ParkedMessage,
): Promise<void> {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queues.work, MessageBody: body, MessageAttributes: correlated(correlationId) }),
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queues.parking, ReceiptHandle: receiptHandle }));
}

function parkedMessage({
  MessageId: id = '',
  ReceiptHandle: receiptHandle = '',
  Body: body = '',
  Attributes = {},
  MessageAttributes = {},
}: Message): ParkedMessage {
  const text = (name: string) => MessageAttributes[name]?.StringValue ?? '';
  const told = z.enum(PARKING_REASONS).safeParse(text(MESSAGE_ATTRIBUTE.reason));
  const correlationId = text(MESSAGE_ATTRIBUTE.correlationId);
  return {
    id,
    receiptHandle,
    body,
    because: told.data ?? (EVENTBRIDGE_ATTRIBUTE in MessageAttributes ? 'not-delivered' : 'unnamed'),
    explanation: text(MESSAGE_ATTRIBUTE.explanation) || text('ERROR_MESSAGE'),
    // what the queue itself has parked, has the attribute only where it came with one.
    correlationId: pattern('correlationId').test(correlationId) ? correlationId : id,
    sentAt: new Date(Number(Attributes.SentTimestamp)),
  };
}
