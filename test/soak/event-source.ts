import type { SQSEvent } from 'aws-lambda';
import type { FunctionWorker } from './function-worker';
import type { Queue, Received } from './queue';

/**
 * Hands the messages of a queue to the workers of a function, as Lambda's poller does with partial batch responses.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export class EventSource {
  private readonly invocations = new Set<Promise<void>>();
  /** messages that are thrown away: only the control does so. */
  losing: (message: Received) => boolean = () => false;
  deaths = 0;
  invoked = 0;

  constructor(
    readonly queue: Queue,
    readonly workers: FunctionWorker[],
    private readonly batchSize: number,
  ) {}

  get busy(): boolean {
    return this.invocations.size > 0;
  }

  /** Gives what is visible to workers that have nothing to do. */
  pump(): void {
    for (const worker of this.workers.filter(({ busy }) => !busy)) {
      const batch = this.queue.receive(this.batchSize);
      if (batch.length === 0) {
        return;
      }
      const invocation = this.deal(worker, batch).finally(() => this.invocations.delete(invocation));
      this.invocations.add(invocation);
    }
  }

  /** Until one of the invocations is over. */
  async next(): Promise<void> {
    await Promise.race(this.invocations);
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  private async deal(worker: FunctionWorker, batch: readonly Received[]): Promise<void> {
    const lost = batch.filter((message) => this.losing(message));
    const given = batch.filter((message) => !lost.includes(message));
    this.invoked += 1;
    const answer = given.length > 0 ? await worker.invoke(eventOf(given)) : { result: { batchItemFailures: [] } };
    if (answer === 'died') {
      // its messages come back when they are visible again.
      this.deaths += 1;
      return;
    }
    if ('failed' in answer) {
      return;
    }
    const failed = new Set(answer.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { id, receiptHandle } of batch) {
      if (!failed.has(id)) {
        this.queue.delete(receiptHandle);
      }
    }
  }
}

function eventOf(batch: readonly Received[]): SQSEvent {
  return {
    Records: batch.map(({ id, receiptHandle, receiveCount, body, attributes, age }) => ({
      messageId: id,
      receiptHandle,
      body,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        // by the clock of the functions, which skips nothing: as long ago as it is on the scaled one.
        SentTimestamp: ago(age.sent),
        SenderId: 'soak',
        ApproximateFirstReceiveTimestamp: ago(age.firstReceived),
      },
      messageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
      ),
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:soak',
      awsRegion: 'us-east-1',
    })),
  };
}

const ago = (seconds: number) => String(Math.round(Date.now() - seconds * 1000));
