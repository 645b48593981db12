import type { SQSEvent } from 'aws-lambda';

/**
 * One message as SQS hands it to a function.
 */
export function queueEvent(messageId: string, body: unknown): SQSEvent {
  return {
    Records: [
      {
        messageId,
        receiptHandle: messageId,
        body: JSON.stringify(body),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: '0',
          SenderId: 'bench',
          ApproximateFirstReceiveTimestamp: '0',
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:bench',
        awsRegion: 'us-east-1',
      },
    ],
  };
}
