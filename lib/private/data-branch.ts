import { matches } from './contract';
import { isKnown, type Rule } from './errors';

export interface BranchProps {
  readonly branch?: string;
}

// jobs take the names of branches that they would take for a data revision.
export const BRANCH_RULES: readonly Rule<BranchProps>[] = [
  {
    broken: ({ branch }) => isKnown(branch) && !matches('dataRevision', branch),
    message: ({ branch }) =>
      `branch must be 1 to 128 letters, digits, dots, dashes, underscores and inner slashes that Git takes as the name of a branch, got ${JSON.stringify(branch)}`,
  },
];

/**
 * The branch that dataset versions are published to.
 */
export function branchOf({ branch }: BranchProps): string {
  return branch ?? 'main';
}
