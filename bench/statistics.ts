/**
 * What was measured several times: the middle, and how far the measurements lie apart.
 */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [lowest] = sorted;
  const highest = sorted.at(-1);
  if (lowest === undefined || highest === undefined) {
    throw new Error('nothing was measured');
  }
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? highest;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { median, lowest, highest };
}
