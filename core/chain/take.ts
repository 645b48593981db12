/**
 * The first items of what may have no end; nothing beyond them is asked for but the one that tells whether there are more.
 */
export async function take<T>(items: AsyncIterable<T>, most: number): Promise<{ items: T[]; areMore: boolean }> {
  const taken: T[] = [];
  for await (const item of items) {
    if (taken.length === most) {
      return { items: taken, areMore: true };
    }
    taken.push(item);
  }
  return { items: taken, areMore: false };
}
