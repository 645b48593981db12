import { z } from 'zod';
import { contract } from '../contract';
import { Census } from './census';
import { parseChainPrefix } from './chain-key';
import { Explanation, Sequence, Sha256 } from './fields';
import { merkleRoot } from './merkle';
import { frame } from './predicate-frame';
import { CHECKPOINT_PROBLEMS } from './problems';
import { Told } from './told';

/**
 * Keys of S3 are no longer.
 */
export const LONGEST_TOLD_KEY = 1024;

/**
 * Where a chain ended when the checkpoint was made.
 */
export const Head = z.strictObject({
  /** the prefix of the chain's keys. */
  chain: z.string().max(200),
  sequence: Sequence,
  sha256: Sha256,
});
export type Head = z.infer<typeof Head>;

const Problems = z
  .strictObject({
    found: z.int().min(0),
    /** the first of them. */
    shown: z
      .array(z.strictObject({ code: z.enum(CHECKPOINT_PROBLEMS), key: Told, explanation: Explanation }))
      .max(contract.limits.evidenceCheckpointProblems),
  })
  .refine(({ found, shown }) => shown.length <= found, { error: 'there cannot be fewer problems than are shown' });
export type FoundProblems = z.infer<typeof Problems>;

/**
 * The furthest known ends of all chains of a platform at one moment: a chain that ends earlier was cut, at that moment or
 * later.
 */
export const CheckpointPredicate = z
  .strictObject({
    ...frame,
    /** in UTC, and over: what the census is about. */
    day: z.iso.date(),
    counts: z.strictObject({ chains: z.int().min(0), statements: z.int().min(0) }),
    /** over the SHA-256 of each chain's last statement, in the order of heads; each of them names the one before it. */
    merkleRoot: Sha256,
    heads: z.array(Head).max(contract.limits.evidenceChains),
    /** what was wrong with the chains, this checkpoint and the one before compared. A broken chain keeps its old head. */
    problems: Problems,
    census: Census,
  })
  .refine(({ platform, heads }) => heads.every(({ chain }) => parseChainPrefix(chain)?.platform === platform), {
    error: 'a head must be of a chain of this platform',
  })
  .refine(({ heads }) => heads.every(({ chain }, index) => index === 0 || (heads[index - 1]?.chain ?? '') < chain), {
    error: 'the heads must be sorted by their chain, each chain once',
  })
  .refine(({ heads, merkleRoot: root }) => rootOfHeads(heads) === root, {
    error: 'the Merkle root must be the one of the heads',
  })
  .refine(({ heads, counts }) => counts.chains === heads.length && counts.statements === statementsIn(heads), {
    error: 'the counts must be those of the heads',
  });

export function rootOfHeads(heads: readonly Head[]): string {
  return Buffer.from(merkleRoot(heads.map(({ sha256 }) => Buffer.from(sha256, 'hex')))).toString('hex');
}

export function statementsIn(heads: readonly Head[]): number {
  return heads.reduce((sum, { sequence }) => sum + sequence, 0);
}
