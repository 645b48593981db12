import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CurrentObject } from '../chain/deployment';
import { contract } from '../contract';

/**
 * Reads piece by piece what is under an address now, and says which bytes it consists of.
 *
 * @returns `undefined` where it is too large, not kept in versions, or not ours to read
 */
export async function readCurrentObject(s3: S3Client, uri: string): Promise<CurrentObject | undefined> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (!bucket || !key) {
    return undefined;
  }
  try {
    const { Body, ContentLength, VersionId } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body === undefined || ContentLength === undefined) {
      throw new Error(`S3 answered without a body or its length for ${key}`);
    }
    const stream = Body as Readable;
    if (ContentLength > contract.limits.modelBytes || !VersionId || VersionId === 'null') {
      stream.destroy();
      return undefined;
    }
    const hash = createHash('sha256');
    for await (const piece of stream) {
      hash.update(piece);
    }
    return { object: { bucket, key, versionId: VersionId }, sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof Error && NOT_READABLE.has(error.name)) {
      return undefined;
    }
    throw error;
  }
}

// without the right to list, S3 says AccessDenied of an absent object too.
const NOT_READABLE = new Set(['AccessDenied', 'NoSuchKey', 'NoSuchBucket']);
