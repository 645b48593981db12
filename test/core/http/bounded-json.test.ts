import * as fc from 'fast-check';
import { AnswerTooLarge } from '../../../core/http/answer-too-large';
import { boundedJson } from '../../../core/http/bounded-json';

test('whatever has few lists and objects is parsed as it is', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(boundedJson(text, text.length, 'it')).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ['lists', '[[[0]]]'],
  ['objects', '{"a":{"b":{}}}'],
  ['both, beside one another', '[{},{}]'],
])('fails on one of the %s too many', (_what, text) => {
  expect(boundedJson(text, 3, 'it')).toEqual(JSON.parse(text));
  expect(() => boundedJson(text, 2, 'the answer')).toThrow(
    new AnswerTooLarge('the answer has more than 2 lists and objects'),
  );
});

test('fails on what is too deep before it is parsed', () => {
  expect(() => boundedJson('['.repeat(1_000_000), 1000, 'it')).toThrow(AnswerTooLarge);
});

test('fails on what is no JSON', () => {
  expect(() => boundedJson('<html>', 10, 'it')).toThrow(SyntaxError);
});
