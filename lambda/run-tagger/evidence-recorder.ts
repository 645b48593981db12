import type { S3Client } from '@aws-sdk/client-s3';
import type { FirstSeenRevision } from '../../core/chain/disagreements';
import { revisionDraft } from '../../core/chain/revision-draft';
import type { Tagger } from '../../core/chain/tag-runs';
import type { Resolved } from '../../core/chain/training-draft';
import { CannotSucceed } from '../../core/delivery/failures';
import {
  type AppendedStatement,
  appendFirst,
  appendStatement,
  ChainBroken,
  type EvidenceLedger,
} from '../../core/evidence/append-statement';
import { keepPublicKey } from '../../core/evidence/keep-public-key';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import { readTrustedKeys } from '../../core/evidence/read-trusted-keys';
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

/**
 * Adds statements to the evidence of a platform.
 */
export function evidenceRecorder(platform: string, access: EvidenceAccess) {
  let opened: Promise<EvidenceLedger> | undefined;
  const append = async (add: (ledger: EvidenceLedger) => Promise<AppendedStatement>): Promise<AppendedStatement> => {
    opened ??= openLedger(platform, access).catch((error: unknown) => {
      // the next message tries again.
      opened = undefined;
      throw error;
    });
    try {
      return await add(await opened);
    } catch (error) {
      if (error instanceof ChainBroken) {
        throw new CannotSucceed('evidence-broken', error.message, { cause: error });
      }
      throw error;
    }
  };

  const record: Tagger['record'] = async (draft) => {
    const { key, sha256, statement } = await append((ledger) => appendStatement(draft, ledger));
    if (statement.predicateType !== PREDICATE_TYPES.training) {
      throw new Error(`${key} is a statement of the kind ${statement.predicateType}, not about a training job`);
    }
    return { key, sha256, statement };
  };

  const firstSeen = async (derivation: Resolved, recordedBy: string): Promise<FirstSeenRevision> => {
    const { key, statement } = await append((ledger) => appendFirst(revisionDraft(derivation, recordedBy), ledger));
    if (statement.predicateType !== PREDICATE_TYPES.dataRevision) {
      throw new Error(`${key} is a statement of the kind ${statement.predicateType}, not about a data revision`);
    }
    const { value, at } = statement.predicate.resolution;
    return { dataCommit: value.dataCommit, at };
  };
  return { record, firstSeen };
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
