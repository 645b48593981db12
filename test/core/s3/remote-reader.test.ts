import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { contract } from '../../../core/contract';
import { s3RemoteReader } from '../../../core/s3/remote-reader';

const MD5 = '0cc175b9c0f1b6a831c399e269772661';
const KEY = 'dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661';

/** A client that gives one answer, and keeps what it was asked. */
function readerOf(answer: object | Error) {
  const asked: { name: string; input: object }[] = [];
  const send = async (command: { input: object }) => {
    asked.push({ name: command.constructor.name, input: command.input });
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  return { asked, reader: s3RemoteReader({ send } as unknown as S3Client, { bucket: 'bucket', prefix: 'dvc' }) };
}

const version = (change: object = {}) => ({ Key: KEY, Size: 1, ETag: `"${MD5}"`, VersionId: 'v1', ...change });
const told = (change: object = {}) => ({ sizeBytes: 1, eTag: MD5, kept: true, ...change });

test('its address is the one that DVC settings name', () => {
  expect(readerOf({}).reader.url).toBe('s3://bucket/dvc');
});

test('the history of an object takes one call for its exact key, with a bound', async () => {
  const { asked, reader } = readerOf({ Versions: [version()], IsTruncated: false });
  await expect(reader.history(MD5)).resolves.toEqual({ versions: [told()], deleted: false, more: false });
  expect(asked).toEqual([
    { name: 'ListObjectVersionsCommand', input: { Bucket: 'bucket', Prefix: KEY, MaxKeys: expect.any(Number) } },
  ]);
});

test.each([
  ['nothing', {}, { versions: [], deleted: false, more: false }],
  ['a longer key', { Versions: [version({ Key: `${KEY}.dir` })] }, { versions: [], deleted: false, more: false }],
  [
    'two versions',
    { Versions: [version(), version({ ETag: '"x-2"', VersionId: 'v2' })] },
    { versions: [told(), told({ eTag: 'x-2' })], deleted: false, more: false },
  ],
  ['a delete marker', { DeleteMarkers: [{ Key: KEY }] }, { versions: [], deleted: true, more: false }],
  [
    'the delete marker of a longer key',
    { Versions: [version()], DeleteMarkers: [{ Key: `${KEY}.dir` }] },
    { versions: [told()], deleted: false, more: false },
  ],
  [
    'more versions than fit the page',
    { Versions: [version()], IsTruncated: true, NextKeyMarker: KEY },
    { versions: [told()], deleted: false, more: true },
  ],
  [
    'a page that goes on with other keys',
    { Versions: [version()], IsTruncated: true, NextKeyMarker: `${KEY}.dir` },
    { versions: [told()], deleted: false, more: false },
  ],
  [
    'an object of a time without versions',
    { Versions: [version({ VersionId: 'null' })] },
    { versions: [told({ kept: false })], deleted: false, more: false },
  ],
])('of a page with %s only what belongs to the key is told', async (_what, page, history) => {
  await expect(readerOf(page).reader.history(MD5)).resolves.toEqual(history);
});

test('a listing that is too large is not read', async () => {
  let destroyed = 0;
  const Body = {
    destroy: () => {
      destroyed += 1;
    },
    transformToByteArray: () => Promise.reject(new Error('read')),
  };
  const { reader } = readerOf({ Body, ContentLength: contract.limits.listingBytes + 1 });
  await expect(reader.listing(`${MD5}.dir`)).resolves.toBe('too-large');
  expect(destroyed).toBe(1);
});

test('a listing that is not there is undefined, and every other error stays one', async () => {
  const missing = new NoSuchKey({ message: 'x', $metadata: {} });
  await expect(readerOf(missing).reader.listing(`${MD5}.dir`)).resolves.toBeUndefined();
  await expect(readerOf(new Error('AccessDenied')).reader.listing(`${MD5}.dir`)).rejects.toThrow('AccessDenied');
  await expect(readerOf(new Error('AccessDenied')).reader.history(MD5)).rejects.toThrow('AccessDenied');
});
