import type { TraceProblem } from './problems';

/**
 * What a link was found to be when it was looked at. `ambiguous`: there are several answers, and nothing tells which of
 * them it was.
 */
export const LINK_OUTCOMES = ['agrees', 'differs', 'not-compared', 'ambiguous', 'missing'] as const;
export type LinkOutcome = (typeof LINK_OUTCOMES)[number];

/**
 * Against what links are checked.
 */
export const LINK_SOURCES = ['MLflow', 'SageMaker', 'Git', 'S3', 'evidence'] as const;
export type LinkSource = (typeof LINK_SOURCES)[number];

export const LINK_KINDS = [
  'endpoint',
  'endpoint configuration',
  'variants',
  'variant',
  'inference component',
  'transform job',
  'model',
  'model package',
  'model bytes',
  'model alias',
  'model version',
  'run',
  'training job',
  'evidence',
  'derivation',
  'data repository',
  'data revision',
  'data commit',
  'dataset',
  'object',
  'conflict',
  'search',
  'given to',
] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/**
 * One link of a chain, and how it was checked.
 */
export interface Link {
  readonly kind: LinkKind;
  readonly value: string;
  readonly outcome: LinkOutcome;
  /** what is wrong, or was left open; absent where the link agrees. */
  readonly problem?: TraceProblem;
  readonly check: string;
  readonly sources: readonly LinkSource[];
}

/**
 * Links one after the other, and where the chain goes on in several ways, each of these.
 */
export interface Chain {
  readonly links: readonly Link[];
  readonly branches: readonly Chain[];
}

export function linksOf({ links, branches }: Chain): Link[] {
  return [...links, ...branches.flatMap(linksOf)];
}
