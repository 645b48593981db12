import { z } from 'zod';
import { ASSURANCES, CONFLICT_REASONS, NOT_COMPARED, UNRESOLVED_REASONS } from '../chain/derivation';
import { contract } from '../contract';
import { origin } from './fact';
import { Explanation, setOf } from './fields';

/**
 * Why a link of the chain could not be established: what a derivation says, and what only a statement can miss.
 */
export const EVIDENCE_UNRESOLVED_REASONS = [
  ...UNRESOLVED_REASONS,
  'dataset-statement-missing',
  'model-missing',
  'model-package-missing',
  'run-missing',
  'training-statement-missing',
] as const;

/**
 * Which two sources disagree.
 */
export const EVIDENCE_CONFLICT_REASONS = [
  ...CONFLICT_REASONS,
  'claim-differs',
  // the files that the script was given were others after it had run.
  'dataset-changed',
  'dataset-statement-differs',
  'model-bytes-differ',
  'model-package-differs',
  // the data revision stands for another commit than when it was first seen.
  'revision-moved',
  'run-of-two-jobs',
] as const;

/**
 * What could not be compared.
 */
export const EVIDENCE_NOT_COMPARED = [
  ...NOT_COMPARED,
  'dataset-statement',
  'model-bytes',
  'model-package',
  'training-statement',
] as const;

const NotComparedItem = z.enum(EVIDENCE_NOT_COMPARED);
const NotCompared = setOf(NotComparedItem, EVIDENCE_NOT_COMPARED.length);

const reasons = <T extends readonly [string, ...string[]]>(codes: T) =>
  setOf(z.strictObject({ code: z.enum(codes), explanation: Explanation }), 50).min(1);

const assurance = z.enum(ASSURANCES);

/**
 * What the derivation came to. Everything in `notCompared` is a check that was not made.
 */
export const Outcome = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('verified'), assurance, notCompared: z.array(NotComparedItem).max(0) }),
  z.strictObject({ status: z.literal('recorded'), assurance, notCompared: NotCompared.min(1) }),
  z.strictObject({
    status: z.literal('conflict'),
    assurance,
    reasons: reasons(EVIDENCE_CONFLICT_REASONS),
    notCompared: NotCompared,
  }),
  z.strictObject({
    status: z.literal('unresolved'),
    assurance,
    reasons: reasons(EVIDENCE_UNRESOLVED_REASONS),
    notCompared: NotCompared,
  }),
]);
export type Outcome = z.infer<typeof Outcome>;

/**
 * The comparisons that were made, and between which two things.
 */
export const CHECKS = [
  'dataset-statement',
  'dvc-lock',
  'file-contents',
  'file-count',
  'handover',
  'listing-digest',
  'listing-entries',
  'model-bytes',
  'model-package',
  'object-size',
  'revision-first-seen',
  'revision-target',
  'run-claims',
  'script-input',
  'training-statement',
  'tree-digest',
] as const;

export const Checks = setOf(
  z.strictObject({ check: z.enum(CHECKS), agrees: z.boolean(), ...origin }),
  contract.limits.evidenceChecks,
);
