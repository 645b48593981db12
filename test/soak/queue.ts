import { randomUUID } from 'node:crypto';
import type { Random } from './random';

export interface QueueSettings {
  readonly visibilitySeconds: number;
  /** how often a message is received before it moves to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  /** message attributes, as the sender gave them. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Received extends Message {
  readonly receiptHandle: string;
  readonly receiveCount: number;
  /** how many seconds ago it was sent, and received for the first time. */
  readonly age: { readonly sent: number; readonly firstReceived: number };
}

interface Held extends Message {
  readonly sentAt: number;
  firstReceivedAt: number | undefined;
  visibleAt: number;
  receiveCount: number;
  receiptHandle: string | undefined;
}

/**
 * A standard queue of SQS, as far as it matters to who works on it: in no order, at least once.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export class Queue {
  private held: Held[] = [];
  /** how many messages were received too often. */
  deadLettered = 0;

  /**
   * @param now seconds
   * @param deadLetters takes what was received too often
   */
  constructor(
    readonly name: string,
    private readonly now: () => number,
    private readonly random: Random,
    private readonly settings: QueueSettings,
    private readonly deadLetters?: Queue,
  ) {}

  send(body: string, attributes: Readonly<Record<string, string>> = {}): string {
    const [id, sentAt] = [randomUUID(), this.now()];
    const never = { receiveCount: 0, firstReceivedAt: undefined, receiptHandle: undefined };
    this.held.push({ id, body, attributes, sentAt, visibleAt: sentAt, ...never });
    return id;
  }

  receive(most: number): Received[] {
    const received: Received[] = [];
    while (received.length < most) {
      const visible = this.held.filter(({ visibleAt }) => visibleAt <= this.now());
      if (visible.length === 0) {
        break;
      }
      const message = this.random.pick(visible);
      message.receiveCount += 1;
      if (message.receiveCount > this.settings.maxReceiveCount) {
        this.remove(message);
        this.deadLettered += 1;
        this.deadLetters?.send(message.body, message.attributes);
        continue;
      }
      const now = this.now();
      message.firstReceivedAt ??= now;
      message.visibleAt = now + this.settings.visibilitySeconds;
      const receiptHandle = randomUUID();
      message.receiptHandle = receiptHandle;
      const { id, body, attributes, receiveCount, sentAt, firstReceivedAt } = message;
      const age = { sent: now - sentAt, firstReceived: now - firstReceivedAt };
      received.push({ id, body, attributes, receiveCount, receiptHandle, age });
    }
    return received;
  }

  /** A handle of an earlier receipt deletes nothing: the message is another consumer's by then. */
  delete(receiptHandle: string): void {
    const message = this.find(receiptHandle);
    if (message) {
      this.remove(message);
    }
  }

  /**
   * @returns false where the message is nobody's any more who has this handle
   */
  changeVisibility(receiptHandle: string, seconds: number): boolean {
    const message = this.find(receiptHandle);
    if (!message || message.visibleAt <= this.now()) {
      return false;
    }
    message.visibleAt = this.now() + seconds;
    return true;
  }

  /** All messages, received or not. */
  get messages(): readonly Message[] {
    return this.held;
  }

  hasVisible(): boolean {
    return this.held.some(({ visibleAt }) => visibleAt <= this.now());
  }

  /** When the next message is to be seen. */
  nextVisible(): number | undefined {
    return this.held.length > 0 ? Math.min(...this.held.map(({ visibleAt }) => visibleAt)) : undefined;
  }

  /** Moves messages to another queue, as a message move task does. */
  moveTo(other: Queue, which: (message: Message) => boolean): number {
    const moved = this.held.filter(which);
    for (const message of moved) {
      this.remove(message);
      other.send(message.body);
    }
    return moved.length;
  }

  private find(receiptHandle: string): Held | undefined {
    return this.held.find((message) => message.receiptHandle === receiptHandle);
  }

  private remove(message: Held): void {
    this.held = this.held.filter((other) => other !== message);
  }
}
