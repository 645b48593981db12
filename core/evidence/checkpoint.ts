import type { z } from 'zod';
import { type ChainName, chainPrefix, parseChainPrefix } from './chain-key';
import type { Problem } from './chain-listing';
import { type CheckpointPredicate, type Head, rootOfHeads, statementsIn } from './checkpoint-predicate';
import type { EvidenceReader } from './evidence-store';
import { PREDICATE_TYPES } from './predicate-types';
import type { TrustedKeys } from './public-keys';
import type { Draft } from './statement';
import { CHAIN_PROBLEMS, type ChainCheck, type StoredStatement, verifyChain } from './verify-chain';

type Checkpoint = z.infer<typeof CheckpointPredicate>;

/**
 * The end of a chain that was found intact.
 */
export function headOf(chain: ChainName, { sha256, statement }: StoredStatement): Head {
  return { chain: chainPrefix(chain), sequence: statement.predicate.sequence, sha256 };
}

/**
 * The checkpoint over the ends of all chains, in whatever order they were found.
 */
export function checkpointDraft(
  checkpoint: Pick<Checkpoint, 'platform' | 'recordedBy' | 'day' | 'census'>,
  unsorted: readonly Head[],
): Draft {
  const heads = [...unsorted].sort((a, b) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : 0));
  return {
    predicateType: PREDICATE_TYPES.checkpoint,
    predicate: {
      ...checkpoint,
      heads,
      counts: { chains: heads.length, statements: statementsIn(heads) },
      merkleRoot: rootOfHeads(heads),
    },
  };
}

/**
 * What can be wrong with a chain that a checkpoint names.
 */
export const CHECKPOINT_PROBLEMS = [...CHAIN_PROBLEMS, 'truncated', 'head-differs'] as const;
export type CheckpointProblem = Problem<(typeof CHECKPOINT_PROBLEMS)[number]>;

export interface CheckpointCheck {
  readonly chains: number;
  readonly problems: readonly CheckpointProblem[];
}

/**
 * Verifies every chain that a checkpoint names, and that none of them ends before it did then.
 *
 * Chains may have grown since, and others begun.
 */
export async function verifyAgainstCheckpoint(
  { heads }: Checkpoint,
  reader: EvidenceReader,
  trusted: TrustedKeys,
): Promise<CheckpointCheck> {
  const problems: CheckpointProblem[] = [];
  for (const head of heads) {
    const chain = parseChainPrefix(head.chain);
    if (!chain) {
      throw new Error(`a checkpoint cannot name ${JSON.stringify(head.chain)}; was it verified?`);
    }
    problems.push(...compareWithHead(head, await verifyChain(chain, reader, trusted)));
  }
  return { chains: heads.length, problems };
}

/**
 * Compares a chain as it is now with its end at the time of a checkpoint.
 */
export function compareWithHead(head: Head, check: ChainCheck): CheckpointProblem[] {
  const found = check.kind === 'absent' ? [] : check.statements;
  const problems: CheckpointProblem[] = check.kind === 'broken' ? [...check.problems] : [];
  const atHead = found.find(({ statement }) => statement.predicate.sequence === head.sequence);
  if (!atHead) {
    const last = found.at(-1)?.statement.predicate.sequence ?? 0;
    const explanation = `the checkpoint knows ${head.sequence} statements, the last one here is number ${last}`;
    return [...problems, { code: 'truncated', key: head.chain, explanation }];
  }
  if (atHead.sha256 !== head.sha256) {
    const explanation = `the checkpoint knows ${head.sha256}, here is ${atHead.sha256}`;
    problems.push({ code: 'head-differs', key: atHead.key, explanation });
  }
  return problems;
}
