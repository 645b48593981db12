import type { StoredDataset } from '../../core/chain/dataset-citation';
import type { ProcessingJobIdentity, Resolved } from '../../core/chain/derivation';
import type { FirstSeenRevision } from '../../core/chain/disagreements';
import { revisionDraft } from '../../core/chain/revision-draft';
import { CannotSucceed } from '../../core/delivery/failures';
import { appendFirst, appendStatement, type EvidenceLedger } from '../../core/evidence/append-statement';
import { ChainBroken, readLastStatement } from '../../core/evidence/chain-ends';
import { chainOf } from '../../core/evidence/chain-key';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import type { Draft, Statement } from '../../core/evidence/statement';
import { type EvidenceAccess, evidenceLedger } from '../evidence-ledger';

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
  const open = evidenceLedger(platform, access);
  const use = async <T>(action: (ledger: EvidenceLedger) => Promise<T>): Promise<T> => {
    const ledger = await open();
    try {
      return await action(ledger);
    } catch (error) {
      if (error instanceof ChainBroken) {
        throw new CannotSucceed('evidence-broken', error.message, { cause: error });
      }
      throw error;
    }
  };

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
  return { record, firstSeen, lastDataset };
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
