import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { contract } from '../core/contract';
import { consume, type Outcome } from '../core/delivery/consumer';
import { correlationIdOf } from '../core/delivery/correlation-id';
import { sqsDelivery } from '../core/delivery/sqs-delivery';
import { required } from './environment';
import { loggedError } from './logged-error';

const METRIC_OF: Record<Outcome['kind'], string> = {
  done: contract.metrics.messagesDone,
  parked: contract.metrics.messagesParked,
  postponed: contract.metrics.messagesPostponed,
  retried: contract.metrics.messagesRetried,
};

/**
 * Where a function says what it does.
 */
export interface Telemetry {
  /** says the correlation id in each line. */
  readonly logger: Logger;
  /** goes with each message that is sent on. */
  readonly correlationId: string;
  /** adds one to a metric of the platform. */
  count(metric: string): void;
}

/**
 * What there is to do with one message: its body, where to say what was done, and how often it was received by now, 1 for
 * the first time.
 */
export type HandleMessage = (body: string, telemetry: Telemetry, attempt: number) => Promise<void>;

/**
 * Makes a function of what is to be done with one message: each message of a batch succeeds, is parked or is tried again
 * by itself.
 */
export function queueHandler(serviceName: string, handleMessage: HandleMessage) {
  const functionLogger = new Logger({ serviceName });
  const metrics = new Metrics({
    namespace: contract.packageName,
    serviceName,
    defaultDimensions: { platform: required(contract.functionEnvironment.platformName) },
  });
  const count = (metric: string) => void metrics.addMetric(metric, MetricUnit.Count, 1);
  const delivery = sqsDelivery(new SQSClient(), {
    source: required(contract.functionEnvironment.sourceQueueUrl),
    parking: required(contract.functionEnvironment.parkingQueueUrl),
    visibilityTimeoutSeconds: Number(required(contract.functionEnvironment.visibilityTimeoutSeconds)),
  });

  const handleRecord = async (record: SQSRecord): Promise<void> => {
    const correlationId = correlationIdOf(record);
    // one of its own: the messages of a batch are dealt with at the same time.
    const logger = functionLogger.createChild();
    logger.setCorrelationId(correlationId);
    const telemetry: Telemetry = { logger, correlationId, count };
    const outcome = await consume(record, (body, attempt) => handleMessage(body, telemetry, attempt), delivery);
    count(METRIC_OF[outcome.kind]);
    if (outcome.kind === 'parked') {
      const { failure } = outcome;
      logger.error('message parked', {
        messageId: record.messageId,
        reason: failure.reason,
        error: loggedError(failure),
      });
    }
    if (outcome.kind === 'postponed' || outcome.kind === 'retried') {
      logger.warn('message will be tried again', {
        messageId: record.messageId,
        afterSeconds: outcome.afterSeconds,
        error: loggedError(outcome.error),
      });
      // only a failed message stays on the queue.
      throw outcome.error;
    }
  };

  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    functionLogger.addContext(context);
    try {
      return await processPartialResponse(event, handleRecord, new BatchProcessor(EventType.SQS), {
        context,
        // the batch as a whole never fails: that would undo the delay which each message was given.
        throwOnFullBatchFailure: false,
      });
    } finally {
      metrics.publishStoredMetrics();
    }
  };
}
