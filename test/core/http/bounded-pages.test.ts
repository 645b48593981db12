import { contract } from '../../../core/contract';
import { AnswerTooLarge } from '../../../core/http/answer-too-large';
import { boundedPages } from '../../../core/http/bounded-pages';

const { searchPages } = contract.limits;

async function* pagesUpTo(last: number, asked: number[]): AsyncGenerator<number> {
  for (let page = 1; page <= last; page += 1) {
    asked.push(page);
    yield page;
  }
}

async function read(last: number) {
  const asked: number[] = [];
  const pages: number[] = [];
  const reading = (async () => {
    for await (const page of boundedPages(pagesUpTo(last, asked), 'the list')) {
      pages.push(page);
    }
  })();
  return { reading, asked, pages };
}

test('as many pages as may be are read', async () => {
  const { reading, pages } = await read(searchPages);
  await reading;
  expect(pages).toHaveLength(searchPages);
});

test('fails on one page more, and asks for none after it', async () => {
  const { reading, asked, pages } = await read(Number.POSITIVE_INFINITY);
  await expect(reading).rejects.toThrow(new AnswerTooLarge(`the list has more than ${searchPages} pages`));
  expect([asked.length, pages.length]).toEqual([searchPages + 1, searchPages]);
});
