/**
 * What a listing alone shows to be wrong with a chain.
 */
export const LISTING_PROBLEMS = [
  'gap',
  'second-version',
  'delete-marker',
  'foreign-key',
  'stored-out-of-order',
  'too-many-versions',
] as const;
export type ListingProblem = Problem<(typeof LISTING_PROBLEMS)[number]>;

/**
 * Why the bytes of an envelope are not taken for a statement of ours.
 */
export const ENVELOPE_PROBLEMS = [
  'too-large',
  'malformed-envelope',
  'wrong-payload-type',
  'untrusted-key',
  'key-missing',
  'unsupported-key',
  'bad-signature',
  'malformed-statement',
  'wrong-predicate-type',
] as const;
export type EnvelopeProblem = (typeof ENVELOPE_PROBLEMS)[number];

/**
 * Everything that can be wrong with a chain.
 */
export const CHAIN_PROBLEMS = [
  ...LISTING_PROBLEMS,
  ...ENVELOPE_PROBLEMS,
  'unreadable',
  'other-chain',
  'wrong-sequence',
  'wrong-previous',
  'time-differs',
] as const;
export type ChainProblem = Problem<(typeof CHAIN_PROBLEMS)[number]>;

/**
 * What can be wrong with a chain whose earlier end is known.
 */
export const CHECKPOINT_PROBLEMS = [...CHAIN_PROBLEMS, 'truncated', 'head-differs'] as const;
export type CheckpointProblem = Problem<(typeof CHECKPOINT_PROBLEMS)[number]>;

export interface Problem<Code extends string> {
  readonly code: Code;
  /** the key at which it was found, or the chain's prefix where there is none. */
  readonly key: string;
  readonly explanation: string;
}
