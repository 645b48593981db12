import { z } from 'zod';
import { contract } from '../contract';
import { parseChainPrefix } from './chain-key';
import { fact } from './fact';
import { Sequence, Sha256 } from './fields';
import { KINDS } from './incarnation';
import { merkleRoot } from './merkle';
import { frame } from './predicate-frame';

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

/**
 * How many incarnations of one kind the service listed, and how many of this platform's have a statement.
 */
const KindCensus = z.strictObject({
  kind: z.enum(KINDS),
  listed: z.int().min(0),
  inScope: z.int().min(0),
  withEvidence: z.int().min(0),
});

/**
 * The ends of all chains of a platform at one moment: a chain that later ends earlier was cut.
 */
export const CheckpointPredicate = z
  .strictObject({
    ...frame,
    day: z.iso.date(),
    counts: z.strictObject({ chains: z.int().min(0), statements: z.int().min(0) }),
    /** over the SHA-256 of each chain's last statement, in the order of heads; each of them names the one before it. */
    merkleRoot: Sha256,
    heads: z.array(Head).max(contract.limits.evidenceChains),
    census: fact(z.array(KindCensus).max(KINDS.length)),
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
