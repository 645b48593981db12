import * as fc from 'fast-check';
import { z } from 'zod';
import { answeredList } from '../../../core/mlflow/answered-list';

const List = answeredList(z.object({ key: z.string(), tags: answeredList(z.string()) }));

test('a list is read as its items are, and one that is left out is empty', () => {
  expect(List.parse([{ key: 'a', tags: ['x'], more: 1 }, { key: 'b' }])).toEqual([
    { key: 'a', tags: ['x'] },
    { key: 'b', tags: [] },
  ]);
  expect(List.parse(undefined)).toEqual([]);
});

test('fails on what is no list', () => {
  fc.assert(
    fc.property(
      fc.jsonValue().filter((value) => !Array.isArray(value)),
      (value) => {
        expect(List.safeParse(value).success).toBe(false);
      },
    ),
  );
});

test('of many wrong items the first is told, and where it is', () => {
  const { error } = List.safeParse([{ key: 'a' }, { key: 'b', tags: ['x', 0, 0] }, 0, 0]);
  expect(error?.issues).toEqual([expect.objectContaining({ path: [1, 'tags', 1] })]);
});

test('nothing is looked at behind the first wrong item', () => {
  const looked: unknown[] = [];
  const item = z.unknown().refine((value) => looked.push(value) < 2);
  expect(answeredList(item).safeParse(Array.from({ length: 1_000_000 }, (_, index) => index)).success).toBe(false);
  expect(looked).toEqual([0, 1]);
});
