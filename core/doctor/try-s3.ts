import { GetObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Attempt, attempt, attemptOf, nothingToTry } from './attempt';
import type { Right } from './reader-policy';

const NOBODYS = 'ml-lineage-doctor';
const LISTED = 1000;

// what S3 answers to whoever may read, of a key that is not there and of an object without a first byte.
const MAY_READ = ['NoSuchKey', 'InvalidRange'];

/**
 * Tries rights on buckets and objects, on the first object of each place where there is one. No object is read but for its
 * first byte.
 */
export function s3Tries(s3: S3Client): Readonly<Record<string, (right: Right) => Promise<Attempt>>> {
  return {
    's3:ListBucket': ({ resource, prefixes }) =>
      attempt(() =>
        s3.send(new ListObjectsV2Command({ Bucket: bucketOf(resource), Prefix: below(prefixes), MaxKeys: 1 })),
      ),
    's3:ListBucketVersions': ({ resource, prefixes }) =>
      attempt(() =>
        s3.send(new ListObjectVersionsCommand({ Bucket: bucketOf(resource), Prefix: below(prefixes), MaxKeys: 1 })),
      ),
    's3:GetObject': (right) => tryReading(s3, right),
    's3:GetObjectVersion': (right) => tryReadingVersion(s3, right),
  };
}

async function tryReading(s3: S3Client, { resource }: Right): Promise<Attempt> {
  const Bucket = bucketOf(resource);
  const pattern = keyOf(resource);
  const listed = await keysBelow(s3, Bucket, beginningOf(pattern));
  const found = listed?.find((key) => isOfPattern(pattern, key));
  const Key = found ?? pattern.replaceAll('*', NOBODYS);
  const tried = await attemptToRead(s3, { Bucket, Key });
  // without the right to list, S3 calls forbidden what is not there
  // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
  return tried.kind === 'denied' && listed === undefined
    ? nothingToTry('without s3:ListBucket it cannot be told from an object that is not there')
    : tried;
}

async function tryReadingVersion(s3: S3Client, { resource }: Right): Promise<Attempt> {
  const Bucket = bucketOf(resource);
  const Prefix = beginningOf(keyOf(resource));
  let version: { Key?: string; VersionId?: string } | undefined;
  try {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix, MaxKeys: 1 }));
    [version] = Versions;
  } catch (error) {
    return attemptOf(error).kind === 'denied'
      ? nothingToTry('without s3:ListBucketVersions there is no version to try it on')
      : attemptOf(error);
  }
  return version
    ? attemptToRead(s3, { Bucket, Key: version.Key, VersionId: version.VersionId })
    : nothingToTry('no object is there yet to try it on');
}

async function attemptToRead(
  s3: S3Client,
  object: { Bucket: string; Key: string | undefined; VersionId?: string | undefined },
): Promise<Attempt> {
  let keyArn: string | undefined;
  const tried = await attempt(async () => {
    const { Body, SSEKMSKeyId } = await s3.send(new GetObjectCommand({ ...object, Range: 'bytes=0-0' }));
    keyArn = SSEKMSKeyId;
    // an unread body would keep the connection; the client has no other way to give it up.
    (Body as { destroy?: () => void } | undefined)?.destroy?.();
  }, MAY_READ);
  if (tried.kind === 'denied' && /kms|ciphertext/i.test(tried.message)) {
    return { ...tried, action: 'kms:Decrypt' };
  }
  return tried.kind === 'allowed' ? { ...tried, keyArn } : tried;
}

/** The first keys, or `undefined` where they are not to be listed. */
async function keysBelow(s3: S3Client, Bucket: string, Prefix: string): Promise<string[] | undefined> {
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: LISTED }));
    return Contents.flatMap(({ Key }) => Key ?? []);
  } catch {
    // tried by itself, and told there.
    return undefined;
  }
}

function bucketOf(arn: string): string {
  return arn.split(':').slice(5).join(':').split('/')[0] ?? '';
}

function keyOf(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}

function beginningOf(pattern: string): string {
  return pattern.split('*')[0] ?? '';
}

function isOfPattern(pattern: string, key: string): boolean {
  const [beginning = '', ...endings] = pattern.split('*');
  return key.startsWith(beginning) && key.endsWith(endings.at(-1) ?? '');
}

function below(prefixes: readonly string[]): string {
  return beginningOf(prefixes.find((prefix) => prefix.includes('*')) ?? prefixes[0] ?? '');
}
