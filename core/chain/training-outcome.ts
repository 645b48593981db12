import { contract } from '../contract';
import type { Outcome } from '../evidence/outcome';
import { type Claim, tellExplanation } from '../evidence/told';
import type { DatasetComparison } from './dataset-citation';
import type { Derivation } from './derivation';
import type { Disagreement } from './disagreements';
import type { TaggedRun } from './tag-runs';

const MOST_CLAIMS_EXPLAINED = 20;
const MOST_DISAGREEMENTS_EXPLAINED = 20;

/**
 * What an outcome is made of.
 */
export interface Compared {
  readonly derivation: Derivation;
  readonly runs: readonly TaggedRun[];
  readonly areMoreRuns: boolean;
  readonly claims: readonly Claim[];
  readonly dataset: DatasetComparison;
  readonly disagreements: readonly Disagreement[];
  readonly modelWasRead: boolean;
}

/**
 * What the derivation is worth once all else was compared with it. Nothing but the comparison of everything, with nothing
 * that differs, makes it `verified`.
 */
export function outcomeOf(compared: Compared): Outcome {
  const { derivation, runs, areMoreRuns, claims, dataset, modelWasRead } = compared;
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
  const claimed = new Set(claims.filter(isOfRun).map(({ runId }) => runId));
  const allRunsClaim = runs.length > 0 && !areMoreRuns && runs.every(({ id }) => claimed.has(id));
  const notCompared: Outcome['notCompared'] = [
    ...(readByItself ? (['script-input'] as const) : []),
    ...derivation.notCompared.filter((item) => !(item === 'run-claims' && allRunsClaim)),
    ...(dataset.citation ? [] : (['dataset-statement'] as const)),
    ...(modelWasRead ? [] : (['model-bytes'] as const)),
  ];
  const reasons = conflictsOf(derivation, compared);
  if (reasons.length > 0) {
    return { status: 'conflict', assurance, reasons, notCompared };
  }
  if (runs.length === 0) {
    const explanation = `no run names the job in its tag ${contract.claimTags.trainingJobName}`;
    return { status: 'unresolved', assurance, reasons: [{ code: 'run-missing', explanation }], notCompared };
  }
  return notCompared.length > 0
    ? { status: 'recorded', assurance, notCompared }
    : { status: 'verified', assurance, notCompared: [] };
}

function conflictsOf(
  derivation: Exclude<Derivation, { status: 'unresolved' }>,
  { claims, disagreements }: Compared,
): Extract<Outcome, { status: 'conflict' }>['reasons'] {
  const told: Disagreement[] = [
    ...(derivation.status === 'conflict' ? [{ code: derivation.reason, explanation: derivation.explanation }] : []),
    ...disagreements.slice(0, MOST_DISAGREEMENTS_EXPLAINED),
    ...claims
      .filter(({ agrees }) => !agrees)
      .slice(0, MOST_CLAIMS_EXPLAINED)
      .map((claim): Disagreement => ({ code: 'claim-differs', explanation: differenceOf(claim) })),
  ];
  return told.map(({ code, explanation }) => ({ code, explanation: tellExplanation(explanation) }));
}

function isOfRun({ source }: Claim): boolean {
  return 'claimedBy' in source && source.claimedBy === 'run';
}

function differenceOf(claim: Claim): string {
  const { claimed, said, derived, runId } = claim;
  const told = 'value' in said ? said.value : 'something else';
  return `${isOfRun(claim) ? 'the run' : 'a model of the run'} ${runId} says the ${claimed} ${told}, the derivation ${derived ?? 'found none'}`;
}
