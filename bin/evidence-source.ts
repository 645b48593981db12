import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { EvidenceReader } from '../core/evidence/evidence-store';
import { s3EvidenceReader } from '../core/s3/evidence-reader';
import { type OpenedExport, openExport } from './open-export';
import { readStackOutputs } from './stack-outputs';

/**
 * Where evidence is read: the store of a platform, or a folder that was exported from one.
 */
export interface EvidenceSource {
  readonly platformName: string;
  readonly reader: EvidenceReader;
  /** absent where the store itself is read. */
  readonly exported?: OpenedExport;
}

/**
 * The evidence store of the platform in a stack.
 */
export async function storeOfStack(stack: string): Promise<EvidenceSource & { readonly bucket: string }> {
  const { platformName, evidenceBucketName } = await readStackOutputs(new CloudFormationClient(), stack);
  return { platformName, bucket: evidenceBucketName, reader: s3EvidenceReader(new S3Client(), evidenceBucketName) };
}

/**
 * A folder that was exported. Nobody is asked for anything, and nothing is believed that does not verify.
 */
export async function exportedFolder(folder: string, name: string): Promise<EvidenceSource> {
  const exported = await openExport(folder);
  if (exported.list.name !== name) {
    throw new Error(`the export in ${folder} is about ${exported.list.name}, not about ${name}`);
  }
  return { platformName: exported.list.platform, reader: exported.reader, exported };
}
