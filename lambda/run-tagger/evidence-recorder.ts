import type { S3Client } from '@aws-sdk/client-s3';
import type { StoredDataset } from '../../core/chain/dataset-citation';
import type { ProcessingJobIdentity, Resolved } from '../../core/chain/derivation';
import type { FirstSeenRevision } from '../../core/chain/disagreements';
import { revisionDraft } from '../../core/chain/revision-draft';
import { CannotSucceed } from '../../core/delivery/failures';
import { appendFirst, appendStatement, type EvidenceLedger } from '../../core/evidence/append-statement';
import { ChainBroken, readLastStatement } from '../../core/evidence/chain-ends';
import { chainOf } from '../../core/evidence/chain-key';
import { keepPublicKey } from '../../core/evidence/keep-public-key';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import { readTrustedKeys } from '../../core/evidence/read-trusted-keys';
import type { Draft, Statement } from '../../core/evidence/statement';
import { kmsSigner, type SigningKms } from '../../core/kms/kms-signer';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import { s3EvidenceWriter } from '../../core/s3/evidence-writer';

export interface EvidenceAccess {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly kms: SigningKms;
  readonly signingKeyArn: string;
  /** of the keys that signed before, and whose statements are still believed. */
  readonly previousKeyFingerprints: readonly string[];
}

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
  let opened: Promise<EvidenceLedger> | undefined;
  const use = async <T>(action: (ledger: EvidenceLedger) => Promise<T>): Promise<T> => {
    opened ??= openLedger(platform, access).catch((error: unknown) => {
      // the next message tries again.
      opened = undefined;
      throw error;
    });
    try {
      return await action(await opened);
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

async function openLedger(
  platform: string,
  { s3, bucket, kms, signingKeyArn, previousKeyFingerprints }: EvidenceAccess,
): Promise<EvidenceLedger> {
  const signer = await kmsSigner(kms, signingKeyArn);
  const reader = s3EvidenceReader(s3, bucket);
  const writer = s3EvidenceWriter(s3, bucket);
  // the key lies beside the statements before there is anything that it signed.
  await keepPublicKey(platform, signer, writer);
  return {
    reader,
    writer,
    signer,
    trusted: await readTrustedKeys(platform, [signer.keyid, ...previousKeyFingerprints], reader),
    now: () => new Date(),
  };
}
