import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, NoSuchBucket, type S3Client } from '@aws-sdk/client-s3';
import { contract } from '../../../core/contract';
import { readModel } from '../../../core/s3/model-reader';

const URI = 's3://artifacts/models/train-1/output/model.tar.gz';
const KEY = 'models/train-1/output/model.tar.gz';
const MADE = new Date('2026-01-02T03:04:05.678Z');
const WRITTEN = new Date('2026-01-02T03:09:00.000Z');

const version = (VersionId: string, change: object = {}) => ({
  Key: KEY,
  VersionId,
  Size: 5,
  LastModified: WRITTEN,
  ...change,
});

/** An S3 that lists these versions, and whose versions consist of their own names. */
function s3With(listing: object | Error) {
  const read: (string | undefined)[] = [];
  const send = async (command: object) => {
    if (command instanceof GetObjectCommand) {
      read.push(command.input.VersionId);
      return { Body: Readable.from([Buffer.from(command.input.VersionId ?? '')]) };
    }
    if (listing instanceof Error) {
      throw listing;
    }
    return listing;
  };
  return { s3: { send } as unknown as S3Client, read };
}

test('the version that the job wrote is read, and named by its digest', async () => {
  const { s3 } = s3With({ Versions: [version('v1')] });
  expect(await readModel(s3, URI, MADE)).toEqual({
    object: { bucket: 'artifacts', key: KEY, versionId: 'v1' },
    sha256: createHash('sha256').update('v1').digest('hex'),
    sizeBytes: 5,
    writtenSince: 0,
  });
});

test.each<[what: string, listing: object, writtenSince: number]>([
  ['written over', { Versions: [version('v3'), version('v2'), version('v1')] }, 2],
  ['deleted', { Versions: [version('v1')], DeleteMarkers: [version('marker')] }, 1],
])(
  'a model that was %s since is still the one that the job wrote, and the change is told',
  async (_what, listing, writtenSince) => {
    const { s3, read } = s3With(listing);
    expect(await readModel(s3, URI, MADE)).toMatchObject({ writtenSince });
    expect(read).toEqual(['v1']);
  },
);

test('what a job of the same name wrote before is not of this job', async () => {
  const earlier = { LastModified: new Date('2026-01-02T03:04:04.000Z') };
  const { s3, read } = s3With({
    Versions: [version('v2'), version('v1', earlier)],
    DeleteMarkers: [version('m', earlier)],
  });
  expect(await readModel(s3, URI, MADE)).toMatchObject({ writtenSince: 0 });
  expect(read).toEqual(['v2']);
});

test('what was written in the second in which the job was made is of this job: S3 tells no less', async () => {
  const { s3 } = s3With({ Versions: [version('v1', { LastModified: new Date('2026-01-02T03:04:05.000Z') })] });
  expect(await readModel(s3, URI, MADE)).toMatchObject({ object: { versionId: 'v1' } });
});

test.each<[what: string, listing: object | Error]>([
  ['of a bucket without versions', { Versions: [version('null')] }],
  ['that is larger than is read', { Versions: [version('v1', { Size: contract.limits.modelBytes + 1 })] }],
  ['of which only a longer key is there', { Versions: [version('v1', { Key: `${KEY}.old` })] }],
  ['that is not there', {}],
  ['of a bucket that is not there', new NoSuchBucket({ message: '', $metadata: {} })],
])('a model %s is not read', async (_what, listing) => {
  const { s3, read } = s3With(listing);
  expect(await readModel(s3, URI, MADE)).toBeUndefined();
  expect(read).toEqual([]);
});

test('a throttled S3 is an error, and no missing model', async () => {
  const { s3 } = s3With(Object.assign(new Error('slow down'), { name: 'SlowDown' }));
  await expect(readModel(s3, URI, MADE)).rejects.toThrow('slow down');
});
