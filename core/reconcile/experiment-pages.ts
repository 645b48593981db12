import { z } from 'zod';
import { CannotSucceed } from '../delivery/failures';
import { parseJson } from '../delivery/parse-json';
import type { MlflowPage, MlflowPages } from '../mlflow/mlflow-pages';
import type { Page } from './phase';

const Place = z.strictObject({ experiments: z.string().optional(), items: z.string().optional() });

/**
 * A page of what is searched in all experiments: some experiments at a time, and of those page by page.
 */
export async function pageInExperiments<Item>(
  pages: MlflowPages,
  page: string | undefined,
  search: (experimentIds: readonly string[], page?: string) => Promise<MlflowPage<Item>>,
): Promise<Page<Item>> {
  const place = page === undefined ? {} : readPlace(page);
  const found = await pages.experiments(place.experiments);
  const { items, next } =
    found.items.length > 0 ? await search(found.items, place.items) : { items: [], next: undefined };
  if (next !== undefined) {
    return { items, next: JSON.stringify({ ...place, items: next }) };
  }
  return { items, ...(found.next === undefined ? {} : { next: JSON.stringify({ experiments: found.next }) }) };
}

function readPlace(page: string): z.infer<typeof Place> {
  const place = Place.safeParse(parseJson(page));
  if (!place.success) {
    throw new CannotSucceed('malformed-message', 'the place in a walk is none of a search in experiments');
  }
  return place.data;
}
