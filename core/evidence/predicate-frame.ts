import type { z } from 'zod';
import { Instant, PlatformName, RecordedBy, Sequence, Sha256 } from './fields';
import { Incarnation, type Kind } from './incarnation';
import { Checks, Outcome } from './outcome';

/**
 * Where a statement stands in its chain, and when its signer says it was made.
 */
export const position = {
  sequence: Sequence,
  /** the SHA-256 of the envelope before, as its bytes are stored; null for the first. */
  previous: Sha256.nullable(),
  recordedAt: Instant,
};
export type Position = z.infer<z.ZodObject<typeof position>>;

/**
 * What every statement has.
 */
export const frame = { ...position, platform: PlatformName, recordedBy: RecordedBy };

/**
 * What every statement about an incarnation has.
 */
export function aboutOneOf<K extends readonly [Kind, ...Kind[]]>(kinds: K) {
  return {
    ...frame,
    about: Incarnation.refine(({ kind }) => kinds.includes(kind), { error: `must be one of ${kinds.join(', ')}` }),
    outcome: Outcome,
    checks: Checks,
  };
}

/**
 * Whether what the outcome says was found is there.
 */
export function isResolved({ status }: Outcome): boolean {
  return status !== 'unresolved';
}
