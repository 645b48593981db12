import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

/**
 * The attributes of messages between and behind the functions.
 */
export const MESSAGE_ATTRIBUTE = {
  /** from the event to the tag. */
  correlationId: 'correlation-id',
  /** tells a person why the message was parked. */
  reason: 'reason',
  explanation: 'explanation',
} as const;

const LONGEST_TEXT = 1024;

/**
 * A text as an attribute. SQS refuses one with control characters or without any, and it may quote what a stranger wrote.
 */
export function textAttribute(text: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_TEXT) || '?' };
}

export function correlated(id: string): Record<string, MessageAttributeValue> {
  return { [MESSAGE_ATTRIBUTE.correlationId]: textAttribute(id) };
}
