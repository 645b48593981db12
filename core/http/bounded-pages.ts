import { contract } from '../contract';
import { AnswerTooLarge } from './answer-too-large';

/**
 * The pages of a search. Whoever always says that there is one more is not asked for ever.
 *
 * @param what names the search in the error
 * @throws AnswerTooLarge
 */
export async function* boundedPages<Page>(
  pages: AsyncIterable<Page>,
  what: string,
  most: number = contract.limits.searchPages,
): AsyncGenerator<Page> {
  let pagesLeft = most;
  for await (const page of pages) {
    if (pagesLeft === 0) {
      throw new AnswerTooLarge(`${what} has more than ${most} pages`);
    }
    pagesLeft -= 1;
    yield page;
  }
}
