import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { EvidenceWriter } from '../evidence/evidence-store';

// the media type of a DSSE envelope: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
const ENVELOPE_MEDIA_TYPE = 'application/vnd.dsse.envelope.v1+json';
const PUBLIC_KEY_MEDIA_TYPE = 'application/x-pem-file';

const CONFLICT_DELAYS_MS = [50, 100, 200, 400, 800, 1600];

/**
 * Writes evidence into a versioned bucket, each key once.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3EvidenceWriter(s3: S3Client, bucket: string, delaysMs = CONFLICT_DELAYS_MS): EvidenceWriter {
  return {
    async writeOnce(key, bytes) {
      for (const delay of [...delaysMs, undefined]) {
        const answer = await putIfAbsent(s3, bucket, key, bytes);
        if (answer === 'stored') {
          return 'stored';
        }
        if (answer === 'exists') {
          return (await holds(s3, bucket, key, bytes)) ? 'stored' : 'taken';
        }
        if (delay !== undefined) {
          // writers that met once would meet again if all of them waited equally long.
          await sleep(delay * (0.5 + Math.random()));
        }
      }
      throw new Error(`S3 answered ${delaysMs.length + 1} times that another write to ${key} was under way`);
    },
  };
}

async function putIfAbsent(s3: S3Client, bucket: string, key: string, bytes: Uint8Array) {
  try {
    const { VersionId } = await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: key.endsWith('.pem') ? PUBLIC_KEY_MEDIA_TYPE : ENVELOPE_MEDIA_TYPE,
        ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
        IfNoneMatch: '*',
      }),
    );
    if (!VersionId || VersionId === 'null') {
      throw new Error(`the bucket ${bucket} keeps no versions; evidence must not be written there`);
    }
    return 'stored';
  } catch (error) {
    const status = httpStatusOf(error);
    if (status === 412) {
      return 'exists';
    }
    if (status === 409) {
      return 'conflict';
    }
    throw error;
  }
}

// an attempt whose answer was lost has left these very bytes.
async function holds(s3: S3Client, bucket: string, key: string, bytes: Uint8Array): Promise<boolean> {
  const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (Body === undefined) {
    throw new Error(`S3 answered without a body for ${key}`);
  }
  if (ContentLength !== bytes.length) {
    (Body as { destroy?: () => void }).destroy?.();
    return false;
  }
  return Buffer.from(await Body.transformToByteArray()).equals(bytes);
}

function httpStatusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}
