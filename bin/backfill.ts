import type { Estate } from '../core/reconcile/estate';
import type { Gap, Message } from '../core/reconcile/gap';
import type { Walk } from '../core/reconcile/walk';
import { walkStep } from '../core/reconcile/walk-step';

/**
 * How a backfill goes on, and whom it tells.
 */
export interface BackfillWatch {
  /** whether it has to come to an end; what it has begun it finishes. */
  isStopped(): boolean;
  /** has something looked at again; a plan sends nothing. */
  send(message: Message): Promise<void>;
  found(gap: Gap): void;
  /** called after each step, with the place where the next one goes on. */
  reached(walk: Walk): void;
}

/**
 * Walks over an estate from a place on, until its end or until it is stopped.
 *
 * @param openEstate called for each step, so that what was looked up once does not get old
 * @returns whether it came to the end
 */
export async function backfill(from: Walk, openEstate: () => Estate, watch: BackfillWatch): Promise<boolean> {
  let walk = from;
  while (!watch.isStopped()) {
    const step = await walkStep(walk, openEstate(), () => watch.isStopped());
    for (const message of step.messages) {
      await watch.send(message);
    }
    for (const gap of step.gaps) {
      watch.found(gap);
    }
    walk = step.walk;
    watch.reached(walk);
    if (step.finished) {
      return true;
    }
  }
  return false;
}
