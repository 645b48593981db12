import type { z } from 'zod';
import { contract, pattern } from '../contract';
import { type ChainName, chainPrefix } from './chain-key';
import {
  type CheckpointPredicate,
  type FoundProblems,
  type Head,
  LONGEST_TOLD_KEY,
  rootOfHeads,
  statementsIn,
} from './checkpoint-predicate';
import { sha256 } from './digest';
import { PREDICATE_TYPES } from './predicate-types';
import type { CheckpointProblem } from './problems';
import type { Draft } from './statement';
import { type Told, tellExplanation } from './told';
import type { ChainCheck, StoredStatement } from './verify-chain';

export type Checkpoint = z.infer<typeof CheckpointPredicate>;

/**
 * The end of a chain that was found intact.
 */
export function headOf(chain: ChainName, { sha256, statement }: StoredStatement): Head {
  return { chain: chainPrefix(chain), sequence: statement.predicate.sequence, sha256 };
}

/**
 * The checkpoint over the ends of all chains, in whatever order they were found, and what is wrong with any.
 */
export function checkpointDraft(
  checkpoint: Pick<Checkpoint, 'platform' | 'recordedBy' | 'day' | 'census'>,
  { heads: unsorted, problems }: { readonly heads: readonly Head[]; readonly problems: readonly CheckpointProblem[] },
): Draft {
  const heads = [...unsorted].sort((a, b) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : 0));
  return {
    predicateType: PREDICATE_TYPES.checkpoint,
    predicate: {
      ...checkpoint,
      heads,
      counts: { chains: heads.length, statements: statementsIn(heads) },
      merkleRoot: rootOfHeads(heads),
      problems: tellProblems(problems),
    },
  };
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

function tellProblems(problems: readonly CheckpointProblem[]): FoundProblems {
  const shown = problems.slice(0, contract.limits.evidenceCheckpointProblems);
  return {
    found: problems.length,
    shown: shown.map(({ code, key, explanation }) => ({
      code,
      key: tellKey(key),
      explanation: tellExplanation(explanation),
    })),
  };
}

// a key that no statement can have was chosen by somebody else.
function tellKey(key: string): Told {
  const clear = key.length > 0 && key.length <= LONGEST_TOLD_KEY && pattern('printableTextWithoutAddress').test(key);
  return clear ? { value: key } : { sha256: sha256(key) };
}
