import { z } from 'zod';

/**
 * A list from somebody else, of which no item is looked at where it has too many: each wrong one would be told of.
 */
export function boundedList<T extends z.ZodType>(item: T, { least = 0, most }: { least?: number; most: number }) {
  return z.array(z.unknown()).min(least).max(most).pipe(z.array(item));
}
