import { AnswerTooLarge } from './answer-too-large';

/**
 * The text of an answer, of which no more is taken than may be held.
 *
 * @param what names the answer in the error
 * @throws AnswerTooLarge
 */
export async function boundedText(response: Response, limitBytes: number, what: string): Promise<string> {
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytesLeft = limitBytes;
  for await (const piece of response.body ?? []) {
    bytesLeft -= piece.length;
    if (bytesLeft < 0) {
      // leaving the loop ends the connection as well.
      throw new AnswerTooLarge(`${what} has more than ${limitBytes} bytes`);
    }
    pieces.push(decoder.decode(piece, { stream: true }));
  }
  return pieces.join('') + decoder.decode();
}
