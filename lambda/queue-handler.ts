import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { contract } from '../core/contract';
import { consume } from '../core/delivery/consumer';
import { sqsDelivery } from '../core/delivery/sqs-delivery';
import { required } from './environment';

/**
 * Makes a function of what is to be done with one message: each message of a batch succeeds, is parked or is tried again
 * by itself.
 */
export function queueHandler(serviceName: string, handleMessage: (body: string, logger: Logger) => Promise<void>) {
  const logger = new Logger({ serviceName });
  const delivery = sqsDelivery(new SQSClient(), {
    source: required(contract.functionEnvironment.sourceQueueUrl),
    parking: required(contract.functionEnvironment.parkingQueueUrl),
  });

  const handleRecord = async (record: SQSRecord): Promise<void> => {
    const outcome = await consume(record, (body) => handleMessage(body, logger), delivery);
    if (outcome.kind === 'parked') {
      logger.error('message parked', {
        messageId: record.messageId,
        reason: outcome.failure.reason,
        error: outcome.failure,
      });
    }
    if (outcome.kind === 'retried') {
      logger.warn('message will be tried again', {
        messageId: record.messageId,
        afterSeconds: outcome.afterSeconds,
        error: outcome.error as Error,
      });
      // only a failed message stays on the queue.
      throw outcome.error;
    }
  };

  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    logger.addContext(context);
    return processPartialResponse(event, handleRecord, new BatchProcessor(EventType.SQS), {
      context,
      // the batch as a whole never fails: that would undo the delay which each message was given.
      throwOnFullBatchFailure: false,
    });
  };
}
