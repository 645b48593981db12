import { z } from 'zod';
import { sha256OfValue } from './digest';
import { fact } from './fact';
import { Incarnation } from './incarnation';
import { frame } from './predicate-frame';
import { Resolution } from './resolved-data';

/**
 * Which commit a data revision stood for when a job of the platform was first derived with it. Git lets anybody who may
 * push move a tag; this is remembered.
 */
export const DataRevisionPredicate = z.strictObject({
  ...frame,
  resolution: fact(Resolution),
  /** the job that it was first seen with. */
  seenWith: Incarnation,
});

/**
 * The name of the chain about a data revision: neither part of it may be a part of a key.
 */
export function dataRevisionName({ dataRepository, dataRevision }: z.infer<typeof Resolution>): string {
  return sha256OfValue({ dataRepository, dataRevision });
}
