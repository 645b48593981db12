import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { contract } from './contract';
import { FUNCTION_TIMEOUT } from './lineage-function';
import { SEND_MESSAGES } from './perms';

/**
 * A queue with the place where its hopeless messages are parked.
 */
export interface WorkQueue {
  readonly queue: sqs.Queue;
  readonly parking: sqs.Queue;
  readonly visibilityTimeout: Duration;
}

/**
 * @param functionTimeout of the function that works on the queue
 */
export function defineWorkQueue(scope: Construct, id: string, functionTimeout = FUNCTION_TIMEOUT): WorkQueue {
  const parking = new sqs.Queue(scope, `${id}Parking`, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  // six times the function's time, or messages come back while they are still worked on
  // (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
  const visibilityTimeout = Duration.seconds(6 * functionTimeout.toSeconds());
  const queue = new sqs.Queue(scope, id, {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    visibilityTimeout,
    deadLetterQueue: { queue: parking, maxReceiveCount: contract.backOff.attempts },
  });
  return { queue, parking, visibilityTimeout };
}

/**
 * Lets a function work on a queue: it may delay a message's next attempt, and park what cannot succeed.
 *
 * @param batchSize how many messages it gets at most at a time; all of them have to be done in its time
 */
export function consume(handler: lambda.Function, work: WorkQueue, batchSize = 5): void {
  const { queue, parking, visibilityTimeout } = work;
  const names = contract.functionEnvironment;
  handler.addEventSource(new SqsEventSource(queue, { batchSize, maxConcurrency: 5, reportBatchItemFailures: true }));
  parking.grant(handler, ...SEND_MESSAGES);
  handler.addEnvironment(names.sourceQueueUrl, queue.queueUrl);
  handler.addEnvironment(names.parkingQueueUrl, parking.queueUrl);
  // by it the function knows a message that keeps killing it.
  handler.addEnvironment(names.visibilityTimeoutSeconds, String(visibilityTimeout.toSeconds()));
}
