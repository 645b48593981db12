import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { attemptOf } from '../../../core/doctor/attempt';
import { ReaderPolicy, type Right, rightsOf } from '../../../core/doctor/reader-policy';
import { checkRights } from '../../../core/doctor/rights';
import { s3Tries } from '../../../core/doctor/try-s3';
import { HttpError } from '../../../core/http/http-error';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1';
const BUCKET = 'arn:aws:s3:::data';
const LIST = {
  Effect: 'Allow',
  Action: ['s3:ListBucket', 's3:ListBucketVersions'],
  Resource: BUCKET,
  Condition: { StringLike: { 's3:prefix': ['dvc', 'dvc/*'] } },
} as const;
const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/dvc/files/md5/*.dir` } as const;
const DECRYPT = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY } as const;

const rights = (...statements: object[]) =>
  rightsOf(ReaderPolicy.parse({ Version: '2012-10-17', Statement: statements }));

const denied = (action: string) =>
  Object.assign(new Error(`User: x is not authorized to perform: ${action} on resource: y`), { name: 'AccessDenied' });
const named = (name: string) => Object.assign(new Error(name), { name });

/** A bucket with some keys, that refuses some calls. */
function bucket(keys: readonly string[], refuse: Readonly<Record<string, Error>> = {}): S3Client {
  const asked: object[] = [];
  const send = async (command: { constructor: { name: string }; input: { Key?: string } }) => {
    asked.push(command.input);
    const refusal = refuse[command.constructor.name];
    if (refusal) {
      throw refusal;
    }
    if (command instanceof GetObjectCommand) {
      if (!keys.includes(command.input.Key ?? '')) {
        throw named('NoSuchKey');
      }
      return { Body: { destroy: () => undefined }, SSEKMSKeyId: KEY };
    }
    return { Contents: keys.map((Key) => ({ Key })), Versions: keys.map((Key) => ({ Key, VersionId: '1' })) };
  };
  return { send, asked } as never;
}

const outcomes = async (given: readonly Right[], s3: S3Client) =>
  (await checkRights(given, s3Tries(s3))).map(({ name, outcome }) => [name, outcome]);

test('each action on each resource is a right of its own, tried by itself', async () => {
  const s3 = bucket(['dvc/files/md5/00/11', 'dvc/files/md5/22/33.dir']);
  await expect(outcomes(rights(LIST, READ, DECRYPT), s3)).resolves.toEqual([
    ['s3:ListBucket', 'ok'],
    ['s3:ListBucketVersions', 'ok'],
    ['s3:GetObject', 'ok'],
    ['kms:Decrypt', 'ok'],
  ]);
  const { asked } = s3 as unknown as { asked: object[] };
  expect(asked).toContainEqual(expect.objectContaining({ Prefix: 'dvc/', MaxKeys: 1 }));
  // only what the right is about is read, and no more of it than a byte.
  expect(asked).toContainEqual({ Bucket: 'data', Key: 'dvc/files/md5/22/33.dir', Range: 'bytes=0-0' });
});

test('where nothing is yet, reading is tried on what is not there, and nothing is said of its key', async () => {
  await expect(outcomes(rights(READ, DECRYPT), bucket([]))).resolves.toEqual([
    ['s3:GetObject', 'ok'],
    ['kms:Decrypt', 'not-checked'],
  ]);
});

test('a right that is missing is named with the statement that allows it, and only this part of it', async () => {
  const s3 = bucket([], { ListObjectVersionsCommand: denied('s3:ListBucketVersions') });
  const [, versions] = await checkRights(rights(LIST), s3Tries(s3));
  expect(versions).toMatchObject({ outcome: 'failed', found: expect.stringContaining('data below dvc/*') });
  expect(versions?.remedy).toBe(`allow it: ${JSON.stringify({ ...LIST, Action: 's3:ListBucketVersions' })}`);
});

test('an object that is forbidden, and may only not be there, is not called forbidden', async () => {
  const s3 = bucket([], { ListObjectsV2Command: denied('s3:ListBucket'), GetObjectCommand: denied('s3:GetObject') });
  const [list, , read] = await checkRights(rights(LIST, READ), s3Tries(s3));
  expect([list?.outcome, read?.outcome]).toEqual(['failed', 'not-checked']);
  expect(read?.found).toContain('without s3:ListBucket');
});

test.each(['kms:Decrypt', 'KMS.AccessDenied: The ciphertext refers to a key'])(
  'where a key refuses (%s), it is the key that is told',
  async (said) => {
    const s3 = bucket(['dvc/files/md5/22/33.dir'], { GetObjectCommand: denied(said) });
    const [read, decrypt] = await checkRights(rights(READ, DECRYPT), s3Tries(s3));
    expect([read?.outcome, decrypt?.outcome]).toEqual(['not-checked', 'failed']);
    expect(decrypt?.remedy).toContain(JSON.stringify(DECRYPT));
  },
);

test('a service that does not answer is a failure, and no missing right', async () => {
  const s3 = bucket([], { ListObjectsV2Command: named('SlowDown') });
  const [list] = await checkRights(rights(LIST), s3Tries(s3));
  expect([list?.outcome, list?.remedy]).toEqual(['failed', expect.not.stringContaining('allow it')]);
});

test('versions are tried on one that is there, or not at all', async () => {
  const versions = rights({ Effect: 'Allow', Action: 's3:GetObjectVersion', Resource: `${BUCKET}/x/*` });
  const refused = bucket([], { ListObjectVersionsCommand: denied('s3:ListBucketVersions') });
  const broken = bucket([], { ListObjectVersionsCommand: named('SlowDown') });
  await expect(outcomes(versions, bucket(['x/1']))).resolves.toEqual([['s3:GetObjectVersion', 'ok']]);
  await expect(outcomes(versions, bucket([]))).resolves.toEqual([['s3:GetObjectVersion', 'not-checked']]);
  await expect(outcomes(versions, refused)).resolves.toEqual([['s3:GetObjectVersion', 'not-checked']]);
  await expect(outcomes(versions, broken)).resolves.toEqual([['s3:GetObjectVersion', 'failed']]);
});

test('an action that nobody here knows how to try is not passed over', async () => {
  const later = rights({ Effect: 'Allow', Action: 's3:GetObjectFromLater', Resource: '*' });
  await expect(outcomes(later, bucket([]))).resolves.toEqual([['s3:GetObjectFromLater', 'not-checked']]);
});

test('what is done on the way to other checks needs no try', async () => {
  const stack = rights({ Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: '*' });
  await expect(outcomes(stack, bucket([]))).resolves.toEqual([['cloudformation:DescribeStacks', 'ok']]);
});

test('a 403 of MLflow is a denial, another status is none', () => {
  expect(attemptOf(new HttpError('no', { status: 403 })).kind).toBe('denied');
  expect(attemptOf(new HttpError('no', { status: 500 })).kind).toBe('unclear');
});

test.each([
  [{ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }],
  [{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }],
  [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': true } } }],
])('fails on a policy with more than grants make: %j', (statement) => {
  expect(() => rights(statement)).toThrow();
});
