import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ReadModel } from '../chain/training-draft';
import { contract } from '../contract';

interface WrittenModel {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly writtenSince: number;
}

/**
 * Reads a model piece by piece, and says which bytes it consists of: those that were written first since a moment, because
 * a job writes its model once.
 *
 * @param since when the job was made. What is older is of a job that had the name before
 * @returns `undefined` where it is too large, not kept in versions, or not ours to read
 */
export async function readModel(s3: S3Client, uri: string, since: Date): Promise<ReadModel | undefined> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (!bucket || !key) {
    return undefined;
  }
  try {
    const written = await findWritten(s3, bucket, key, since);
    return written && written.sizeBytes <= contract.limits.modelBytes ? await read(s3, written) : undefined;
  } catch (error) {
    if (error instanceof Error && NOT_READABLE.has(error.name)) {
      return undefined;
    }
    throw error;
  }
}

// S3 lists the versions of a key with the newest first, and all of a key before those of a longer one
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html).
async function findWritten(s3: S3Client, bucket: string, key: string, since: Date): Promise<WrittenModel | undefined> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, MaxKeys: contract.limits.modelVersions }),
  );
  // S3 tells whole seconds.
  const first = Math.floor(since.getTime() / 1000) * 1000;
  const isSince = ({ Key, LastModified }: { Key?: string; LastModified?: Date }) =>
    Key === key && LastModified !== undefined && LastModified.getTime() >= first;
  const versions = Versions.filter(isSince);
  const oldest = versions.at(-1);
  if (!oldest?.VersionId || oldest.VersionId === 'null' || oldest.Size === undefined) {
    return undefined;
  }
  const writtenSince = versions.length - 1 + DeleteMarkers.filter(isSince).length;
  return { bucket, key, versionId: oldest.VersionId, sizeBytes: oldest.Size, writtenSince };
}

async function read(s3: S3Client, { bucket, key, versionId, sizeBytes, writtenSince }: WrittenModel) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
  if (Body === undefined) {
    throw new Error(`S3 answered without a body for ${key}`);
  }
  const hash = createHash('sha256');
  for await (const piece of Body as Readable) {
    hash.update(piece);
  }
  return { object: { bucket, key, versionId }, sha256: hash.digest('hex'), sizeBytes, writtenSince };
}

// a model of a bucket that is not the platform's, or one that was deleted since: it is named as not compared.
const NOT_READABLE = new Set(['AccessDenied', 'NoSuchKey', 'NoSuchBucket', 'NoSuchVersion']);
