import { contract } from '../contract';
import { boundedPages } from '../http/bounded-pages';

/**
 * The pages of a list of the lineage API, which answers with any number of them, also with empty ones.
 *
 * @param what names the list in the error
 * @throws AnswerTooLarge
 */
export function graphPages<Page>(pages: AsyncIterable<Page>, what: string): AsyncGenerator<Page> {
  return boundedPages(pages, what, contract.limits.graphPages);
}
