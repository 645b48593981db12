import { contract } from '../contract';
import { HttpError } from '../http/http-error';
import { retryDelaySeconds } from './back-off';
import { CannotSucceed, Postponed } from './failures';
import { killedItsFunction } from './killed-function';
import { lastingReason } from './lasting-failure';

/**
 * A message as SQS hands it to a function.
 */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly SentTimestamp: string;
    readonly ApproximateFirstReceiveTimestamp: string;
  };
  readonly messageAttributes?: Readonly<Record<string, { readonly stringValue?: string | undefined }>>;
}

/**
 * What can be done with a message that was not dealt with.
 */
export interface Delivery {
  /** for how long the queue hides a message that nobody answers for. */
  readonly visibilityTimeoutSeconds: number;
  /** Puts the message aside for a person, with the reason. */
  park(message: QueueMessage, failure: CannotSucceed): Promise<void>;
  /** Hides the message until its next attempt. */
  delay(message: QueueMessage, seconds: number): Promise<void>;
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'parked'; readonly failure: CannotSucceed }
  | { readonly kind: 'postponed' | 'retried'; readonly error: unknown; readonly afterSeconds: number };

/**
 * Deals with one message so that nothing is lost: it is done, parked, or comes back later.
 */
export async function consume(
  message: QueueMessage,
  handle: (body: string, attempt: number) => Promise<void>,
  delivery: Delivery,
  now = new Date(),
): Promise<Outcome> {
  const receiveCount = Number(message.attributes.ApproximateReceiveCount);
  const park = async (failure: CannotSucceed): Promise<Outcome> => {
    await delivery.park(message, failure);
    return { kind: 'parked', failure };
  };
  if (killedItsFunction(pastOf(message), delivery.visibilityTimeoutSeconds, now)) {
    // before anything reads it again.
    return park(
      new CannotSucceed(
        'function-killed',
        `none of ${receiveCount - 1} attempts came to an end: out of memory or time`,
      ),
    );
  }
  try {
    await handle(message.body, receiveCount);
    return { kind: 'done' };
  } catch (error) {
    if (error instanceof Postponed) {
      const afterSeconds = retryDelaySeconds(receiveCount);
      await delivery.delay(message, afterSeconds);
      return { kind: 'postponed', error, afterSeconds };
    }
    const failure = hopeless(error, receiveCount);
    if (failure) {
      return park(failure);
    }
    const afterSeconds = Math.max(retryDelaySeconds(receiveCount), askedDelaySeconds(error));
    await delivery.delay(message, afterSeconds);
    return { kind: 'retried', error, afterSeconds };
  }
}

function hopeless(error: unknown, receiveCount: number): CannotSucceed | undefined {
  if (error instanceof CannotSucceed) {
    return error;
  }
  const { attempts, lastingAttempts } = contract.backOff;
  const reason = receiveCount >= lastingAttempts ? lastingReason(error) : undefined;
  if (reason || receiveCount >= attempts) {
    return new CannotSucceed(
      reason ?? 'retries-exhausted',
      `attempt ${receiveCount} failed: ${error instanceof Error ? `${error.name}: ${error.message}` : typeof error}`,
      { cause: error },
    );
  }
  return undefined;
}

// no longer than the longest delay of our own: nobody shall keep a message from us for as long as he likes.
function askedDelaySeconds(error: unknown): number {
  const asked = error instanceof HttpError ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.min(asked, contract.backOff.longestDelaySeconds);
}

function pastOf({ attributes }: QueueMessage) {
  return {
    receiveCount: Number(attributes.ApproximateReceiveCount),
    sentAt: Number(attributes.SentTimestamp),
    firstReceivedAt: Number(attributes.ApproximateFirstReceiveTimestamp),
  };
}
