import * as fc from 'fast-check';
import { AnswerTooLarge } from '../../../core/http/answer-too-large';
import { boundedText } from '../../../core/http/bounded-text';

/** A body that comes in pieces, and notes when it is given up. */
function answerOf(pieces: Iterable<Uint8Array>) {
  const iterator = pieces[Symbol.iterator]();
  const taken = { count: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = iterator.next();
      if (done) {
        controller.close();
      } else {
        taken.count += 1;
        controller.enqueue(value);
      }
    },
    cancel() {
      taken.cancelled = true;
    },
  });
  return { response: new Response(body), taken };
}

test('a text is the same in however many pieces it comes, cut within a character as well', async () => {
  const cuts = fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 5 }));
  await fc.assert(
    fc.asyncProperty(cuts, async ([text, size]) => {
      const bytes = new TextEncoder().encode(text);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      await expect(boundedText(answerOf(pieces).response, bytes.length, 'it')).resolves.toBe(text);
    }),
  );
});

test('an answer without a body is empty', async () => {
  await expect(boundedText(new Response(null), 0, 'it')).resolves.toBe('');
});

test('fails on an answer without an end as soon as it has more than may be held, and gives it up', async () => {
  const endless = (function* () {
    for (;;) {
      yield new Uint8Array(1024);
    }
  })();
  const { response, taken } = answerOf(endless);
  const reading = boundedText(response, 10_240, 'the answer');
  await expect(reading).rejects.toThrow(AnswerTooLarge);
  await expect(reading).rejects.toThrow('the answer has more than 10240 bytes');
  expect(taken.cancelled).toBe(true);
  expect(taken.count).toBeLessThan(15);
});
