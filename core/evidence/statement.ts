import { z } from 'zod';
import { canonicalJson } from './canonical-json';
import { type ChainName, chainOf } from './chain-key';
import { CheckpointPredicate } from './checkpoint-predicate';
import { DataRevisionPredicate, dataRevisionName } from './data-revision-predicate';
import { DatasetPredicate } from './dataset-predicate';
import { DeploymentPredicate } from './deployment-predicate';
import type { Position } from './predicate-frame';
import { PREDICATE_TYPES } from './predicate-types';
import { Subject, subjectsOf, type TypedPredicate } from './subjects';
import { TrainingPredicate } from './training-predicate';

/**
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

const statementOf = <T extends string, P extends z.ZodType>(predicateType: T, predicate: P) =>
  z.strictObject({
    _type: z.literal(STATEMENT_TYPE),
    subject: z.array(Subject).min(1),
    predicateType: z.literal(predicateType),
    predicate,
  });

export const DatasetStatement = statementOf(PREDICATE_TYPES.dataset, DatasetPredicate);
export const TrainingStatement = statementOf(PREDICATE_TYPES.training, TrainingPredicate);
export const DeploymentStatement = statementOf(PREDICATE_TYPES.deployment, DeploymentPredicate);
export const DataRevisionStatement = statementOf(PREDICATE_TYPES.dataRevision, DataRevisionPredicate);
export const CheckpointStatement = statementOf(PREDICATE_TYPES.checkpoint, CheckpointPredicate);

export const Statement = z
  .discriminatedUnion('predicateType', [
    DatasetStatement,
    TrainingStatement,
    DeploymentStatement,
    DataRevisionStatement,
    CheckpointStatement,
  ])
  .refine(({ predicate: { sequence, previous } }) => (sequence === 1) === (previous === null), {
    error: 'the first statement of a chain, and no other, has no previous one',
  })
  .refine((statement) => canonicalJson(statement.subject) === canonicalJson(subjectsOf(statement)), {
    error: 'the subjects must be those that the predicate names',
  });
export type Statement = z.infer<typeof Statement>;

type DraftOf<S> = S extends { predicateType: infer T; predicate: infer P }
  ? { predicateType: T; predicate: Omit<P, keyof Position> }
  : never;

/**
 * A statement before it has its place in a chain.
 */
export type Draft = DraftOf<TypedPredicate>;

const PREDICATES = {
  [PREDICATE_TYPES.dataset]: DatasetPredicate,
  [PREDICATE_TYPES.training]: TrainingPredicate,
  [PREDICATE_TYPES.deployment]: DeploymentPredicate,
  [PREDICATE_TYPES.dataRevision]: DataRevisionPredicate,
  [PREDICATE_TYPES.checkpoint]: CheckpointPredicate,
} as const;

/**
 * Gives a draft its place in a chain, and its subjects. The same draft always gives the same bytes.
 *
 * @throws ZodError where the draft does not fit the published schema
 */
export function composeStatement({ predicateType, predicate }: Draft, position: Position): Statement {
  const typed = {
    predicateType,
    predicate: PREDICATES[predicateType].parse({ ...predicate, ...position }),
  } as TypedPredicate;
  return Statement.parse({ _type: STATEMENT_TYPE, subject: subjectsOf(typed), ...typed });
}

/**
 * The chain that a statement, or a draft of one, belongs to.
 */
export function chainOfStatement({ predicate }: Draft | Statement): ChainName {
  const { platform } = predicate;
  if ('about' in predicate) {
    return chainOf(platform, predicate.about);
  }
  return 'resolution' in predicate
    ? { platform, kind: 'data-revision', name: dataRevisionName(predicate.resolution.value) }
    : { platform, kind: 'checkpoint' };
}

// what differs between two statements of the same outcome: the place in the chain, who recorded it, and each `at`.
// the names of all members are ours, so nothing from outside can hide behind one of these.
const BESIDE_THE_OUTCOME = new Set(['at', 'previous', 'recordedAt', 'recordedBy', 'sequence']);

/**
 * Whether two statements say the same, apart from when.
 */
export function isSameOutcome(a: Statement, b: Statement): boolean {
  return canonicalJson(outcomeOf(a)) === canonicalJson(outcomeOf(b));
}

function outcomeOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(outcomeOf);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const members = Object.entries(value).filter(([name]) => !BESIDE_THE_OUTCOME.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, outcomeOf(member)]));
}
