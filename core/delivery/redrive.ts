import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ParkedBecause } from './failures';
import { type ParkedMessage, receiveParked, sendBack, showAgain } from './parked-messages';

/**
 * The queues between which messages are moved.
 */
export interface QueuePair {
  readonly work: string;
  readonly parking: string;
}

export interface ParkedGroup {
  readonly because: ParkedBecause;
  readonly messages: number;
  /** of them, how many were sent back. */
  readonly sent: number;
  /** of the oldest message. */
  readonly oldest: Date;
  /** what was said of the oldest message. */
  readonly explanation: string;
  readonly correlationId: string;
}

export interface RedriveChoice {
  /** only what is parked for this reason; everything if absent. */
  readonly because?: ParkedBecause | undefined;
  /** nothing is sent. */
  readonly isPlan: boolean;
}

/**
 * Sends parked messages back to work, and says what is parked.
 *
 * Not by a message move task of SQS, which moves all of a queue or nothing.
 */
export async function redrive(
  sqs: SQSClient,
  queues: QueuePair,
  choice: RedriveChoice,
  now: Date,
): Promise<ParkedGroup[]> {
  const groups = new Map<ParkedBecause, ParkedGroup>();
  const kept: ParkedMessage[] = [];
  try {
    for await (const message of receiveParked(sqs, queues.parking)) {
      // what was sent back a moment ago may be parked again already.
      const isOld = message.sentAt <= now;
      const isChosen = isOld && !choice.isPlan && (choice.because ?? message.because) === message.because;
      if (isChosen) {
        await sendBack(sqs, queues, message);
      } else {
        kept.push(message);
      }
      if (isOld) {
        groups.set(message.because, grown(groups.get(message.because), message, isChosen));
      }
    }
  } finally {
    // at the end: what is shown earlier would be received again.
    for (const message of kept) {
      await showAgain(sqs, queues.parking, message);
    }
  }
  return [...groups.values()].sort((one, other) => (one.because < other.because ? -1 : 1));
}

function grown(group: ParkedGroup | undefined, message: ParkedMessage, isSent: boolean): ParkedGroup {
  const { because, sentAt: oldest, explanation, correlationId } = message;
  const before = group ?? { because, messages: 0, sent: 0, oldest, explanation, correlationId };
  return {
    ...before,
    ...(oldest < before.oldest ? { oldest, explanation, correlationId } : {}),
    messages: before.messages + 1,
    sent: before.sent + (isSent ? 1 : 0),
  };
}
