import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { objectKey } from '../../core/dvc/remote-layout';
import { s3RemoteReader } from '../../core/s3/remote-reader';
import { bucketPolicy, PREFIX } from './bucket-policy';

const BUCKET = 'remote-reader';

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are run by npm run test:full`);
  return value;
}

function clientOf(user: string): S3Client {
  return new S3Client({
    endpoint: variable('STRICT_S3_ENDPOINT'),
    region: 'us-east-1',
    credentials: { accessKeyId: user, secretAccessKey: variable('STRICT_S3_SECRET') },
  });
}

const digest = (content: Buffer) => createHash('md5').update(content).digest('hex');

const owner = clientOf('root');
const verifier = clientOf('verifier');
const reader = s3RemoteReader(verifier, { bucket: BUCKET, prefix: PREFIX });

const record = Buffer.from('id,age\n1,44\n');
const listing = Buffer.from(JSON.stringify([{ md5: digest(record), relpath: 'patients.csv' }]));
const listingName = `${digest(listing)}.dir`;
const recordName = digest(record);
const absent = digest(Buffer.from('absent'));

beforeAll(async () => {
  await owner.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await owner.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: bucketPolicy(BUCKET) }));
  for (const [name, content] of [
    [listingName, listing],
    [recordName, record],
    // an object whose name only begins as the absent one's does.
    [`${absent}.dir`, listing],
  ] as const) {
    await owner.send(new PutObjectCommand({ Bucket: BUCKET, Key: objectKey(PREFIX, name), Body: content }));
  }
  // the policy comes from a stack, whose libraries are loaded first.
}, 60_000);

afterAll(() => {
  owner.destroy();
  verifier.destroy();
});

test('a listing is read as it is', async () => {
  expect(Buffer.from((await reader.listing(listingName)) as Uint8Array)).toEqual(listing);
});

test('a listing that is not there is undefined', async () => {
  expect(await reader.listing(`${digest(Buffer.from('other'))}.dir`)).toBeUndefined();
});

test('the history of an object is its versions, with their sizes', async () => {
  const once = (content: Buffer) => ({
    versions: [{ sizeBytes: content.length, eTag: digest(content), kept: expect.any(Boolean) }],
    deleted: false,
    more: false,
  });
  expect(await reader.history(listingName)).toEqual(once(listing));
  expect(await reader.history(recordName)).toEqual(once(record));
});

test('an object that is not there has no history, also if another name begins like it', async () => {
  const none = { versions: [], deleted: false, more: false };
  expect(await reader.history(absent)).toEqual(none);
  expect(await reader.history(digest(Buffer.from('other')))).toEqual(none);
});

test('control: with the same rights no record can be read', async () => {
  const request = new GetObjectCommand({ Bucket: BUCKET, Key: objectKey(PREFIX, recordName) });
  await expect(verifier.send(request)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('control: who has no right gets an error, not the answer that nothing is there', async () => {
  const stranger = s3RemoteReader(clientOf('nobody'), { bucket: BUCKET, prefix: PREFIX });
  await expect(stranger.listing(listingName)).rejects.toThrow();
  await expect(stranger.history(recordName)).rejects.toThrow();
});
