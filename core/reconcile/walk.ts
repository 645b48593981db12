import { z } from 'zod';
import { boundedList } from '../chain/bounded-list';
import { contract, pattern } from '../contract';
import { Instant } from '../evidence/fields';
import { GAP_KINDS, type GapKind } from './gap';

/**
 * What a walk looks at, in this order. What can only be reported comes first: a job that is looked at again gets a new
 * statement, which names neither the runs that are gone nor the objects as they were.
 */
export const PHASES = [
  'datasets',
  'evidence',
  'training-jobs',
  'processing-jobs',
  'transform-jobs',
  'endpoints',
  'model-packages',
  'runs',
  'logged-models',
  'model-versions',
] as const;
export type PhaseName = (typeof PHASES)[number];

const count = z.int().min(0);
const Looked = z.strictObject({ seen: count, ours: count });

/**
 * Where a walk is, and what it has found so far. It travels in a message from step to step, so that no step has to
 * remember anything.
 */
export const Walk = z
  .strictObject({
    /** by which reports name the walk; the same schedule gives the same name. */
    walk: z.string().regex(pattern('walkName')),
    since: Instant,
    /** nothing that happened later is looked at: the ordinary way may still be at work on it. */
    until: Instant,
    phase: z.enum(PHASES),
    /** where the page begins, as whoever listed the one before says; absent for the first. */
    page: z.string().min(1).max(contract.limits.walkPageCharacters).optional(),
    /** the last thing of the page that was looked at; absent where it is untouched. */
    done: z.string().min(1).max(1024).optional(),
    /** how many pages there were, beside the first of each phase. */
    pages: count.default(0),
    looked: z.partialRecord(z.enum(PHASES), Looked),
    gaps: z.partialRecord(z.enum(GAP_KINDS), count),
    /** how many messages were sent, or would have been. */
    messages: count,
    /** datasets that were checked last, each of which is checked once. */
    datasets: boundedList(z.string().regex(pattern('dvcHash')), { most: contract.limits.walkDatasets }),
  })
  .refine(({ since, until }) => since < until, { error: 'since must be before until' });
export type Walk = z.infer<typeof Walk>;

/**
 * The time whose things a walk looks at.
 */
export type Window = Pick<Walk, 'since' | 'until'>;

/**
 * A walk before its first step.
 */
export function beginWalk(walk: string, since: Date, until: Date): Walk {
  return Walk.parse({
    walk,
    since: since.toISOString(),
    until: until.toISOString(),
    phase: PHASES[0],
    looked: {},
    gaps: {},
    messages: 0,
    datasets: [],
  });
}

export function phaseAfter(phase: PhaseName): PhaseName | undefined {
  return PHASES[PHASES.indexOf(phase) + 1];
}

/**
 * Whether something happened while a walk looks.
 */
export function isInWindow(moment: Date, { since, until }: Window): boolean {
  return moment >= new Date(since) && moment < new Date(until);
}

export function isTooRecent(moment: Date, { until }: Window): boolean {
  return moment >= new Date(until);
}

export function countOf(gaps: Walk['gaps'], kind: GapKind): number {
  return gaps[kind] ?? 0;
}
