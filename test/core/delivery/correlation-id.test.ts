import * as fc from 'fast-check';
import { pattern } from '../../../core/contract';
import type { QueueMessage } from '../../../core/delivery/consumer';
import { correlationIdOf } from '../../../core/delivery/correlation-id';

const EVENT = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';
const TOLD = '0b9a1c5e-7d7f-4c56-8f4f-0d4f3a2b1c0d';
const MESSAGE = '59cb5bf4-6a1c-4a8b-9e0e-5a0e2b1f7c11';

const message = (body: string, told?: string): QueueMessage => ({
  messageId: MESSAGE,
  receiptHandle: 'r',
  body,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0', ApproximateFirstReceiveTimestamp: '0' },
  ...(told === undefined ? {} : { messageAttributes: { 'correlation-id': { stringValue: told } } }),
});

test('what a message was sent on with comes first', () => {
  expect(correlationIdOf(message(JSON.stringify({ id: EVENT }), TOLD))).toBe(TOLD);
});

test('an event brings its own', () => {
  expect(correlationIdOf(message(JSON.stringify({ id: EVENT, detail: {} })))).toBe(EVENT);
  expect(correlationIdOf(message(JSON.stringify({ id: EVENT }), 'not an id'))).toBe(EVENT);
});

test.each(['no JSON', 'null', '[]', '{}', JSON.stringify({ id: 'x\n' }), JSON.stringify({ id: { __proto__: 1 } })])(
  'without one it is the id of the message: %s',
  (body) => {
    expect(correlationIdOf(message(body))).toBe(MESSAGE);
  },
);

test('whatever is sent, nothing but an id reaches a log', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), fc.string(), (body, told) => {
      expect(correlationIdOf(message(body, told))).toMatch(pattern('correlationId'));
    }),
  );
});
