import type { Assurance, Status } from '../chain/derivation';
import { type ExaminedTraining, statedTraining } from './examine-training';
import { type Chain, linksOf } from './link';
import { SourceFailure } from './source-failure';

/**
 * What a whole chain is worth: the worst of its links. What was not compared with evidence is none of them that agree.
 */
export function statusOf(chain: Chain): Status {
  const outcomes = new Set(linksOf(chain).map(({ outcome }) => outcome));
  if (outcomes.has('differs')) {
    return 'conflict';
  }
  if (outcomes.has('missing') || outcomes.has('ambiguous') || outcomes.size === 0) {
    return 'unresolved';
  }
  return outcomes.has('not-compared') ? 'recorded' : 'verified';
}

/**
 * The lowest assurance of the training jobs that were come to, as they were stated and as they are derived; `undefined`
 * where one of them has none.
 */
export function assuranceOf(trainings: readonly ExaminedTraining[]): Assurance | undefined {
  const found = trainings.map((training) => {
    const { derived } = training;
    const now = derived && !(derived instanceof SourceFailure) ? [derived.predicate.outcome.assurance] : [];
    const stated = statedTraining(training)?.outcome.assurance;
    return [...now, ...(stated === undefined ? [] : [stated])];
  });
  if (found.length === 0 || found.some((assurances) => assurances.length === 0)) {
    return undefined;
  }
  return found.flat().includes('configured') ? 'configured' : 'attested';
}
