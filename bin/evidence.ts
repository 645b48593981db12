import { S3Client } from '@aws-sdk/client-s3';
import { findTrainingChains } from '../core/evidence/find-chains';
import { readTrustedKeys } from '../core/evidence/read-trusted-keys';
import { verifyChain } from '../core/evidence/verify-chain';
import { s3EvidenceReader } from '../core/s3/evidence-reader';
import type { EvidenceFindings } from './evidence-text';
import type { PlatformAddresses } from './stack-outputs';

/**
 * Verifies all evidence about the training jobs of a name.
 *
 * @param fingerprints of the public keys that the caller trusts
 */
export async function verifyEvidence(
  jobName: string,
  { platformName, evidenceBucketName }: PlatformAddresses,
  fingerprints: readonly string[],
): Promise<EvidenceFindings> {
  const reader = s3EvidenceReader(new S3Client(), evidenceBucketName);
  const trusted = await readTrustedKeys(platformName, fingerprints, reader);
  const { chains, foreignKeys } = await findTrainingChains(platformName, jobName, reader);
  const checked = [];
  for (const chain of chains) {
    checked.push({ chain, check: await verifyChain(chain, reader, trusted) });
  }
  return { jobName, chains: checked, foreignKeys };
}
