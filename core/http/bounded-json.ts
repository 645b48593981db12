import { AnswerTooLarge } from './answer-too-large';

const OPENING = new Set(['[', '{'].map((character) => character.charCodeAt(0)));

/**
 * Parses JSON that has no more lists and objects than may be held: each takes many times as much memory as the two
 * characters that it is written with. Those inside of texts count as well.
 *
 * @param what names the text in the error
 * @throws AnswerTooLarge
 * @throws SyntaxError
 */
export function boundedJson(text: string, most: number, what: string): unknown {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (OPENING.has(text.charCodeAt(index))) {
      count += 1;
    }
  }
  if (count > most) {
    throw new AnswerTooLarge(`${what} has more than ${most} lists and objects`);
  }
  return JSON.parse(text);
}
