import type { S3Client } from '@aws-sdk/client-s3';
import type { EvidenceLedger } from '../core/evidence/append-statement';
import { keepPublicKey } from '../core/evidence/keep-public-key';
import { readTrustedKeys } from '../core/evidence/read-trusted-keys';
import { kmsSigner, type SigningKms } from '../core/kms/kms-signer';
import { s3EvidenceReader } from '../core/s3/evidence-reader';
import { s3EvidenceWriter } from '../core/s3/evidence-writer';

export interface EvidenceAccess {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly kms: SigningKms;
  readonly signingKeyArn: string;
  /** of the keys that signed before, and whose statements are still believed. */
  readonly previousKeyFingerprints: readonly string[];
}

/**
 * What it takes to add to the evidence of a platform, opened when it is first needed and kept from then on.
 */
export function evidenceLedger(platform: string, access: EvidenceAccess): () => Promise<EvidenceLedger> {
  let ledger: Promise<EvidenceLedger> | undefined;
  return () => {
    ledger ??= openLedger(platform, access).catch((error: unknown) => {
      // the next message tries again.
      ledger = undefined;
      throw error;
    });
    return ledger;
  };
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
