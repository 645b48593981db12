import { PREDICATE_TYPES } from '../evidence/predicate-types';
import type { Draft } from '../evidence/statement';
import type { Resolved } from './derivation';
import { tellResolution } from './told-derivation';

/**
 * Writes down which commit a data revision stands for, in case nobody has seen it before.
 */
export function revisionDraft(
  derivation: Resolved,
  recordedBy: string,
): Extract<Draft, { predicateType: typeof PREDICATE_TYPES.dataRevision }> {
  return {
    predicateType: PREDICATE_TYPES.dataRevision,
    predicate: {
      platform: derivation.platform,
      recordedBy,
      resolution: tellResolution(derivation),
      seenWith: derivation.job,
    },
  };
}
