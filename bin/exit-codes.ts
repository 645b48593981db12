import type { EvidenceResult } from '../core/evidence/evidence-result';

/**
 * How the command line ends, for scripts that ask.
 */
export const EXIT = {
  /** every link was found, and everything that can be compared agrees. */
  verified: 0,
  /** two sources disagree. */
  conflict: 1,
  /** a link is missing, or was not compared. Missing evidence is never a pass. */
  notProvable: 2,
  /** the command was not understood. */
  usage: 64,
  /** the command could not do its work. */
  failed: 70,
} as const;

/**
 * How a question about evidence ends.
 */
export const RESULT_EXIT: Record<EvidenceResult, number> = {
  verified: EXIT.verified,
  conflict: EXIT.conflict,
  'not-provable': EXIT.notProvable,
};
