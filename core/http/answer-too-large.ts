/**
 * A service sends more than anybody honest would, so it is not read to its end.
 */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}
