import { z } from 'zod';

/**
 * A list in an answer of MLflow, which leaves empty ones out. Nothing is looked at behind the first wrong item: each
 * would be told of, and an answer has room for millions.
 */
export function answeredList<T extends z.ZodType>(item: T) {
  return z
    .array(z.unknown())
    .default([])
    .transform((given, context) => {
      const items: z.output<T>[] = [];
      for (const [index, one] of given.entries()) {
        const { success, data, error } = item.safeParse(one);
        if (!success) {
          const [first] = error.issues;
          context.addIssue({ code: 'custom', path: [index, ...(first?.path ?? [])], message: first?.message ?? '' });
          return z.NEVER;
        }
        items.push(data);
      }
      return items;
    });
}
