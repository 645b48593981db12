import { S3Client } from '@aws-sdk/client-s3';
import type { PlatformAddresses } from '../cloudformation/stack-outputs';
import type { EvidenceSource } from '../evidence/verify-evidence';
import { s3EvidenceReader } from '../s3/evidence-reader';
import type { AwsAccess } from './aws-access';

/**
 * The evidence store of a platform.
 */
export function evidenceStore(
  { platformName, evidenceBucketName }: Pick<PlatformAddresses, 'platformName' | 'evidenceBucketName'>,
  access: AwsAccess,
): EvidenceSource {
  return { platformName, reader: s3EvidenceReader(new S3Client(access), evidenceBucketName) };
}
