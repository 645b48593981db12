import type { S3Client } from '@aws-sdk/client-s3';
import { s3EvidenceWriter } from '../../../core/s3/evidence-writer';
import { LocalS3 } from './local-s3';

const KEY = 'demo/training-job/train-1/20260102T030405.000Z/000001.json';
const ours = Buffer.from('{"ours":1}');
let local: LocalS3;
let s3: S3Client;

beforeEach(async () => {
  local = new LocalS3();
  s3 = await local.start();
});
afterEach(() => local.stop());

const write = (bytes = ours, delays = [1, 1, 1]) => s3EvidenceWriter(s3, 'evidence', delays).writeOnce(KEY, bytes);
const stored = () => local.objects.get(KEY)?.map(({ bytes }) => bytes?.toString());

test('every put asks that nothing is there, and carries the SHA-256 of its bytes', async () => {
  expect(await write()).toBe('stored');
  expect(local.puts).toMatchObject([
    {
      key: KEY,
      headers: {
        'if-none-match': '*',
        'x-amz-checksum-sha256': expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
        'content-type': 'application/vnd.dsse.envelope.v1+json',
      },
    },
  ]);
  expect(stored()).toEqual(['{"ours":1}']);
});

test('a public key is put as what it is', async () => {
  await s3EvidenceWriter(s3, 'evidence').writeOnce('demo/keys/key.pem', ours);
  expect(local.puts).toMatchObject([{ headers: { 'content-type': 'application/x-pem-file' } }]);
});

test('a key that is taken stays as it is', async () => {
  local.add(KEY, Buffer.from('{"theirs":1}'));
  expect(await write()).toBe('taken');
  expect(stored()).toEqual(['{"theirs":1}']);
});

test('bytes of the same length are compared, not only counted', async () => {
  local.add(KEY, Buffer.from('{"ourz":1}'));
  expect(await write()).toBe('taken');
});

test('bytes that are there already were written by an attempt whose answer was lost', async () => {
  local.add(KEY, ours);
  expect(await write()).toBe('stored');
  expect(stored()?.length).toBe(1);
});

test('a write that met another one is tried again', async () => {
  local.failures.push(...[1, 2].map(() => ({ status: 409, code: 'ConditionalRequestConflict' })));
  expect(await write()).toBe('stored');
  expect(local.puts.length).toBe(3);
});

test('a write that meets others for ever is given up', async () => {
  local.failures.push(...[1, 2, 3, 4].map(() => ({ status: 409, code: 'ConditionalRequestConflict' })));
  await expect(write()).rejects.toThrow('S3 answered 4 times');
  expect(stored()).toBeUndefined();
});

test('an error that nobody foresaw is no answer', async () => {
  local.failures.push({ status: 403, code: 'AccessDenied' });
  await expect(write()).rejects.toThrow('AccessDenied');
});

test('after an error that came too late, the next attempt finds its own bytes', async () => {
  local.failures.push({ status: 500, code: 'InternalError', storesFirst: true });
  await expect(write()).rejects.toThrow();
  expect(await write()).toBe('stored');
  expect(stored()?.length).toBe(1);
});

test('fails on a bucket that keeps no versions', async () => {
  local.keepsVersions = false;
  await expect(write()).rejects.toThrow('keeps no versions');
});
