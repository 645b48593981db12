import type { DescribedDeployment } from '../chain/deployment';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import { type CheckedEvidence, lastOf } from './checked-evidence';
import type { Link } from './link';

/**
 * How the last statement about what is put to use differs from what SageMaker describes now, and from where that leads.
 *
 * @param commits the data commits that it was found to lead to
 */
export function deploymentDifference(
  checked: CheckedEvidence,
  { endpointConfig }: DescribedDeployment,
  commits: ReadonlySet<string>,
): Link[] {
  const last = lastOf(checked);
  if (last?.statement.predicateType !== PREDICATE_TYPES.deployment) {
    return [];
  }
  const { predicate } = last.statement;
  const common = { kind: 'evidence', value: last.key, sources: ['evidence', 'SageMaker'] } as const;
  const before = predicate.endpointConfig?.value ?? null;
  if (before !== endpointConfig) {
    // the statement may still come, and until then there is none about what is served.
    const check = `it is about the endpoint configuration ${before}, and now there is ${endpointConfig}`;
    return [{ ...common, outcome: 'missing', problem: 'evidence-of-before', check }];
  }
  const stated = new Set(predicate.data.map(({ value }) => value.dataCommit));
  // one that is stated and not found is told by the link that is missing.
  const other = [...commits].find((commit) => !stated.has(commit));
  if (other === undefined) {
    return [];
  }
  const check = `it does not name the data commit ${other}, which is found now`;
  return [{ ...common, outcome: 'differs', problem: 'evidence-differs', check }];
}
