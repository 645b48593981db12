import { S3Client } from '@aws-sdk/client-s3';
import type { PlatformAddresses } from '../core/cloudformation/stack-outputs';
import { listChain } from '../core/evidence/chain-listing';
import { readTrustedKeys } from '../core/evidence/read-trusted-keys';
import { checkpointOf } from '../core/evidence/record-checkpoint';
import { surveyChains } from '../core/evidence/survey-chains';
import { verifyListed } from '../core/evidence/verify-chain';
import { s3EvidenceReader } from '../core/s3/evidence-reader';
import type { CheckpointFindings } from './checkpoint-text';

/**
 * Verifies the newest checkpoint of a platform, and every statement of every chain against it. Of the checkpoints before,
 * only the newest one's predecessor is named by it, so they are listed and not read.
 *
 * @param fingerprints of the public keys that the caller trusts
 */
export async function verifyCheckpoint(
  { platformName: platform, evidenceBucketName }: PlatformAddresses,
  fingerprints: readonly string[],
): Promise<CheckpointFindings> {
  const reader = s3EvidenceReader(new S3Client(), evidenceBucketName);
  const trusted = await readTrustedKeys(platform, fingerprints, reader);
  const chain = { platform, kind: 'checkpoint' } as const;
  const listing = await listChain(chain, reader);
  const check = await verifyListed(chain, listing, reader, trusted, listing.statements.at(-1)?.sequence);
  const problems = check.kind === 'broken' ? check.problems : [];
  const newest = check.kind === 'absent' ? undefined : check.statements.at(-1);
  if (!newest) {
    return { platform, problems };
  }
  const checkpoint = checkpointOf(newest.statement);
  const survey = await surveyChains(platform, checkpoint.heads, 'all', { reader, trusted });
  return { platform, problems: [...problems, ...survey.problems], newest: { checkpoint, chainsNow: survey.chains } };
}
