import { CannotSucceed } from './failures';

/**
 * Parses a message, of which the queue's policy says who may send it, and nothing says what it looks like.
 */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // without the parser's own error, which shows a part of the text.
    throw new CannotSucceed('malformed-message', 'the message is no JSON');
  }
}
