import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { eventually } from './eventually';

export interface ParkedMessage {
  readonly reason: string;
  readonly explanation: string;
  readonly body: string;
}

/**
 * Takes the next message from a parking queue.
 */
export async function takeParkedMessage(sqs: SQSClient, queueUrl: string, seconds: number): Promise<ParkedMessage> {
  return eventually(`a parked message in ${queueUrl}`, seconds, async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 1 }),
    );
    const [message] = Messages;
    if (!message) {
      return undefined;
    }
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    return {
      reason: message.MessageAttributes?.reason?.StringValue ?? '',
      explanation: message.MessageAttributes?.explanation?.StringValue ?? '',
      body: message.Body ?? '',
    };
  });
}

/**
 * Puts a parked message back to work, once its cause is mended.
 */
export async function sendAgain(sqs: SQSClient, queueUrl: string, message: ParkedMessage): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: message.body }));
}
