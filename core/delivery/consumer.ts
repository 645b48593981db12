import { retryDelaySeconds } from './back-off';
import { CannotSucceed } from './failures';

/**
 * A message as SQS hands it to a function.
 */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/**
 * What can be done with a message that was not dealt with.
 */
export interface Delivery {
  /** Puts the message aside for a person, with the reason. */
  park(message: QueueMessage, failure: CannotSucceed): Promise<void>;
  /** Hides the message until its next attempt. */
  delay(message: QueueMessage, seconds: number): Promise<void>;
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'parked'; readonly failure: CannotSucceed }
  | { readonly kind: 'retried'; readonly error: unknown; readonly afterSeconds: number };

/**
 * Deals with one message so that nothing is lost: it is done, parked, or comes back later.
 */
export async function consume(
  message: QueueMessage,
  handle: (body: string) => Promise<void>,
  delivery: Delivery,
): Promise<Outcome> {
  try {
    await handle(message.body);
    return { kind: 'done' };
  } catch (error) {
    if (error instanceof CannotSucceed) {
      await delivery.park(message, error);
      return { kind: 'parked', failure: error };
    }
    const afterSeconds = retryDelaySeconds(Number(message.attributes.ApproximateReceiveCount));
    await delivery.delay(message, afterSeconds);
    return { kind: 'retried', error, afterSeconds };
  }
}
