import { z } from 'zod';
import { pattern } from '../contract';
import type { QueueMessage } from './consumer';
import { MESSAGE_ATTRIBUTE } from './message-attributes';

const CorrelationId = z.string().regex(pattern('correlationId'));
const EventWithId = z.object({ id: CorrelationId });

/**
 * The id by which all that came of one event is found in the logs: the one that the message was sent on with, else the
 * event's own, else the message's. Each of them stays the same however often the message is received.
 */
export function correlationIdOf(message: QueueMessage): string {
  const told = CorrelationId.safeParse(message.messageAttributes?.[MESSAGE_ATTRIBUTE.correlationId]?.stringValue);
  return told.data ?? eventId(message.body) ?? message.messageId;
}

function eventId(body: string): string | undefined {
  try {
    return EventWithId.safeParse(JSON.parse(body)).data?.id;
  } catch {
    // no JSON, which whoever handles the message says.
    return undefined;
  }
}
