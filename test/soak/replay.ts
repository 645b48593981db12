import { type Observed, observe } from './observed';
import type { Planting } from './planting';
import { type Proxies, SERVICES } from './proxies';
import { failuresIn } from './verdicts';
import type { Scene } from './weather';
import { workUntilDone } from './work';

export interface Replay {
  readonly events: number;
  readonly writes: number;
}

/**
 * Sends every event once more: it must change nothing.
 *
 * @returns what it has changed
 */
export async function replay(
  before: Observed,
  scene: Scene,
  planting: Planting,
): Promise<Replay & { failures: string[] }> {
  const { proxies, functions, estate, clock } = scene;
  const { deriver, tagger } = functions;
  takeWrites(proxies);
  for (const job of planting.jobs) {
    deriver.queue.send(planting.eventOf(job));
  }
  await workUntilDone(clock, [deriver, tagger]);
  const taken = takeWrites(proxies);
  const writes = [...taken.values()].reduce((sum, count) => sum + count, 0);
  const after = await observe(estate);
  const failures = failuresIn(after, scene, planting);
  if (writes > 0) {
    failures.push(`the replay wrote: ${JSON.stringify([...taken])}`);
  }
  if (after.fingerprint !== before.fingerprint) {
    failures.push('after the replay, evidence, runs or models are others than before');
  }
  return { events: planting.jobs.length, writes, failures };
}

function takeWrites(proxies: Proxies): Map<string, number> {
  return new Map(SERVICES.flatMap((service) => [...proxies[service].takeWrites()]));
}
