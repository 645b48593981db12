import type { EvidenceReport } from './evidence-report';
import type { ChainCheck } from './verify-chain';
import type { EvidenceFindings } from './verify-evidence';

export type EvidenceResult = EvidenceReport['result'];

/**
 * What the evidence comes to. Whatever is broken is a conflict, and only the last statement of an intact chain can be a
 * pass; of several kinds of things of one name, the worst counts.
 */
export function resultOf({ chains, foreignKeys, exported }: EvidenceFindings): EvidenceResult {
  const isBroken = chains.some(({ check }) => check.kind === 'broken');
  if (isBroken || foreignKeys.length > 0 || (exported && exported.problems.length > 0)) {
    return 'conflict';
  }
  const newest = new Map(chains.map(({ chain, check }) => [chain.kind, check]));
  const statuses = [...newest.values()].map(statusOf);
  if (statuses.includes('conflict')) {
    return 'conflict';
  }
  return statuses.length > 0 && statuses.every((status) => status === 'verified') ? 'verified' : 'not-provable';
}

function statusOf(check: ChainCheck): string | undefined {
  const last = check.kind === 'intact' ? check.statements.at(-1)?.statement.predicate : undefined;
  return last && 'outcome' in last ? last.outcome.status : undefined;
}
