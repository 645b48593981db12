import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Gives turns, so many in a second and no two at once.
 */
export function pace(turnsPerSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = Date.now();
    const turn = Math.max(now, next);
    next = turn + 1000 / turnsPerSecond;
    if (turn > now) {
      await sleep(turn - now);
    }
  };
}
