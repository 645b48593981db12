import { contract } from '../contract';
import type { Outcome } from '../evidence/outcome';
import { type Claim, tellExplanation } from '../evidence/told';
import type { Derivation } from './derivation';
import type { TaggedRun } from './tag-runs';

/**
 * What the derivation is worth once the runs' claims were compared with it. Nothing but the comparison of everything,
 * with nothing that differs, makes it `verified`.
 */
export function outcomeOf(
  derivation: Derivation,
  runs: readonly TaggedRun[],
  claims: readonly Claim[],
  modelWasRead: boolean,
): Outcome {
  // what a script reads by itself, nobody hashed.
  const readByItself = runs.some(({ tags }) => contract.claimTags.scriptRead in tags);
  const assurance = readByItself ? 'configured' : derivation.assurance;
  if (derivation.status === 'unresolved') {
    const { reason, explanation } = derivation;
    return {
      status: 'unresolved',
      assurance,
      reasons: [{ code: reason, explanation: tellExplanation(explanation) }],
      notCompared: [],
    };
  }
  const claimed = new Set(claims.map(({ runId }) => runId));
  const allRunsClaim = runs.length > 0 && runs.every(({ id }) => claimed.has(id));
  const notCompared: Outcome['notCompared'] = [
    ...(readByItself ? (['script-input'] as const) : []),
    ...derivation.notCompared.filter((item) => !(item === 'run-claims' && allRunsClaim)),
    ...(modelWasRead ? [] : (['model-bytes'] as const)),
  ];
  const reasons = [
    ...(derivation.status === 'conflict'
      ? [{ code: derivation.reason, explanation: tellExplanation(derivation.explanation) }]
      : []),
    ...claims
      .filter(({ agrees }) => !agrees)
      .slice(0, 20)
      .map((claim) => ({ code: 'claim-differs' as const, explanation: tellExplanation(differenceOf(claim)) })),
  ];
  if (reasons.length > 0) {
    return { status: 'conflict', assurance, reasons, notCompared };
  }
  return notCompared.length > 0
    ? { status: 'recorded', assurance, notCompared }
    : { status: 'verified', assurance, notCompared: [] };
}

function differenceOf({ claimed, said, derived, runId }: Claim): string {
  const told = 'value' in said ? said.value : 'something else';
  return `the run ${runId} says the ${claimed} ${told}, the derivation ${derived ?? 'found none'}`;
}
