import type { StoredDataset } from '../../core/chain/dataset-citation';
import type { ProcessingJobIdentity, Resolved, TrainingJobIdentity } from '../../core/chain/derivation';
import type { FirstSeenRevision } from '../../core/chain/disagreements';
import { revisionDraft } from '../../core/chain/revision-draft';
import type { StatedModel } from '../../core/chain/training-draft';
import { appendFirst, appendStatement } from '../../core/evidence/append-statement';
import { readLastStatement } from '../../core/evidence/chain-ends';
import { chainOf } from '../../core/evidence/chain-key';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import type { Draft, Statement } from '../../core/evidence/statement';
import type { EvidenceAccess } from '../evidence-ledger';
import { evidenceOf } from '../use-evidence';

type StatementOf<T> = Extract<Statement, { predicateType: T }>;

/**
 * A statement of one kind, where it is stored.
 */
interface Stored<T> {
  readonly key: string;
  readonly sha256: string;
  readonly statement: StatementOf<T>;
}

/**
 * Adds statements to the evidence of a platform, and reads those that others cite.
 */
export function evidenceRecorder(platform: string, access: EvidenceAccess) {
  const use = evidenceOf(platform, access);

  const record = async <T extends Statement['predicateType']>(
    draft: Extract<Draft, { predicateType: T }>,
  ): Promise<Stored<T>> => ofType(draft.predicateType, await use((ledger) => appendStatement(draft, ledger)));

  const firstSeen = async (derivation: Resolved, recordedBy: string): Promise<FirstSeenRevision> => {
    const draft = revisionDraft(derivation, recordedBy);
    const { statement } = ofType(draft.predicateType, await use((ledger) => appendFirst(draft, ledger)));
    const { value, at } = statement.predicate.resolution;
    return { dataCommit: value.dataCommit, at };
  };

  const lastDataset = async (about: ProcessingJobIdentity): Promise<StoredDataset | undefined> => {
    const last = await use((ledger) => readLastStatement(chainOf(platform, about), ledger));
    return last && ofType(PREDICATE_TYPES.dataset, last);
  };

  const statedModel = async (about: TrainingJobIdentity): Promise<StatedModel | undefined> => {
    const last = await use((ledger) => readLastStatement(chainOf(platform, about), ledger));
    return (last && ofType(PREDICATE_TYPES.training, last).statement.predicate.model) ?? undefined;
  };
  return { record, firstSeen, lastDataset, statedModel };
}

function ofType<T extends Statement['predicateType']>(
  type: T,
  { key, sha256, statement }: { key: string; sha256: string; statement: Statement },
): Stored<T> {
  if (statement.predicateType !== type) {
    throw new Error(`${key} is a statement of the type ${statement.predicateType}, not ${type}`);
  }
  return { key, sha256, statement: statement as StatementOf<T> };
}
