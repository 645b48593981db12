import * as fc from 'fast-check';
import { contract } from '../../../core/contract';
import { checkDataset } from '../../../core/dvc/dataset-check';
import { digestOf, RemoteInMemory } from './remote-in-memory';

const FILES = { 'A.csv': 'b', 'train/a.csv': '', 'train/b.csv': 'bb' };
const SIZE = 3;

let remote: RemoteInMemory;

beforeEach(() => {
  remote = new RemoteInMemory();
});

const directory = (files: Record<string, string> = FILES) => ({
  path: 'data/train',
  md5: remote.putDirectory(files),
  files: Object.keys(files).length,
  sizeBytes: Object.values(files).join('').length,
});

const file = (content = 'a') => ({ path: 'raw.csv', md5: remote.put(content), sizeBytes: content.length });

test('a directory agrees when its listing and every object in it are there, each once, and their sizes add up', async () => {
  const dataset = directory();
  await expect(checkDataset(dataset, remote)).resolves.toEqual({
    kind: 'agrees',
    dataset: { ...dataset, objects: { listed: 3, checked: 3 } },
    notCompared: ['file-contents'],
  });
  expect(remote.asked).toMatchObject({ listing: 1, history: 1 + 3 });
});

test('the same content under many paths is looked up once, and counts as often as it is listed', async () => {
  const dataset = directory({ a: 'xx', b: 'xx', c: 'xx' });
  await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
    dataset: { files: 3, sizeBytes: 6, objects: { listed: 1, checked: 1 } },
  });
  expect(remote.asked.history).toBe(2);
});

test('a listing with one other byte is a conflict, whichever byte it is', async () => {
  const dataset = directory();
  const listing = (await remote.listing(dataset.md5)) as Buffer;
  await fc.assert(
    fc.asyncProperty(fc.nat(listing.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const other = Buffer.from(listing);
      other[at] = (other[at] ?? 0) ^ change;
      remote.replace(dataset.md5, other);
      expect(await checkDataset(dataset, remote)).toMatchObject({ reason: 'listing-differs' });
    }),
  );
});

test.each([
  ['number of files', { files: 4 }, 'file-count-differs'],
  ['total size', { sizeBytes: SIZE + 1 }, 'object-size-differs'],
])('another %s than the metafile says is a conflict', async (_what, change, reason) => {
  await expect(checkDataset({ ...directory(), ...change }, remote)).resolves.toMatchObject({
    kind: 'conflict',
    reason,
  });
});

test('a listing that is not there leaves the dataset unresolved', async () => {
  const dataset = directory();
  remote.remove(dataset.md5);
  await expect(checkDataset(dataset, remote)).resolves.toMatchObject({ kind: 'unresolved', reason: 'listing-missing' });
});

test('one listed object that is not there leaves the dataset unresolved, and is named', async () => {
  const dataset = directory();
  remote.remove(digestOf('bb'));
  await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
    kind: 'unresolved',
    reason: 'object-missing',
    explanation: expect.stringContaining(digestOf('bb')),
  });
});

test('a listing too large to read is named as not compared', async () => {
  const dataset = directory();
  remote.replace(dataset.md5, 'too-large');
  await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
    dataset,
    notCompared: expect.arrayContaining(['listing-entries']),
  });
});

test.each([
  ['no JSON', 'x'],
  ['no list', '{}'],
  ['JSON as others write it', `[{"md5":"${digestOf('a')}","relpath":"a"}]`],
])('bytes with the right digest that are %s leave the dataset unresolved', async (_what, text) => {
  const md5 = remote.put(text, '.dir');
  await expect(checkDataset({ path: 'a', md5 }, remote)).resolves.toMatchObject({ reason: 'dataset-malformed' });
});

test('a single file is compared by its size', async () => {
  const dataset = file();
  await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
    kind: 'agrees',
    dataset: { objects: { listed: 1, checked: 1 } },
  });
  await expect(checkDataset({ ...dataset, sizeBytes: 2 }, remote)).resolves.toMatchObject({
    reason: 'object-size-differs',
  });
  remote.remove(dataset.md5);
  await expect(checkDataset(dataset, remote)).resolves.toMatchObject({ reason: 'listing-missing' });
});

test('an output of DVC 2 is not looked up, and named as not comparable', async () => {
  await expect(checkDataset({ ...file(), legacyHash: true }, remote)).resolves.toMatchObject({
    kind: 'agrees',
    notCompared: expect.arrayContaining(['legacy-hash']),
  });
  expect(remote.asked.history).toBe(0);
});

describe('an object that was written or deleted again', () => {
  const version = (change: object = {}) => ({ sizeBytes: 2, eTag: digestOf('bb'), kept: true, ...change });

  test.each([
    ['has two versions of which one differs in size', { versions: [version(), version({ sizeBytes: 3 })] }],
    ['was deleted and is there again', { versions: [version()], deleted: true }],
    ['was deleted', { versions: [], deleted: true }],
  ])('is a conflict when it %s', async (_what, history) => {
    const dataset = directory();
    remote.setHistory(digestOf('bb'), history);
    await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
      kind: 'conflict',
      reason: 'object-overwritten',
    });
  });

  test.each([
    ['has two versions, and S3 knows the digest of one', { versions: [version(), version({ eTag: 'opaque' })] }],
    ['has two versions that S3 encrypted', { versions: [version({ eTag: 'x' }), version({ eTag: 'y' })] }],
    ['has more versions than are told', { versions: [version(), version()], more: true }],
  ])('is not compared, because two pushes at once look the same, when it %s', async (_what, history) => {
    const dataset = directory();
    remote.setHistory(digestOf('bb'), history);
    await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
      kind: 'agrees',
      notCompared: expect.arrayContaining(['object-versions']),
    });
  });

  test('agrees when S3 says of all versions that they have the digest they are named by', async () => {
    const dataset = directory();
    remote.setHistory(digestOf('bb'), { versions: [version(), version(), version()] });
    await expect(checkDataset(dataset, remote)).resolves.toMatchObject({ kind: 'agrees' });
  });

  test('is a conflict for a listing and for a single file too', async () => {
    for (const dataset of [directory(), file()]) {
      remote.setHistory(dataset.md5, { versions: [version()], deleted: true });
      await expect(checkDataset(dataset, remote)).resolves.toMatchObject({ reason: 'object-overwritten' });
    }
  });

  test('is not compared where the bucket kept no versions', async () => {
    const dataset = directory();
    remote.setHistory(digestOf('bb'), { versions: [version({ kept: false })] });
    await expect(checkDataset(dataset, remote)).resolves.toMatchObject({
      kind: 'agrees',
      notCompared: expect.arrayContaining(['object-versions']),
    });
  });
});

describe('a directory with more objects than are looked up', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, `${index}`]));

  test('is looked up in part, the same part each time, and says so', async () => {
    const dataset = directory(many);
    const lookedUp = async () => {
      const names: string[] = [];
      const recording = {
        url: remote.url,
        listing: (md5: string) => remote.listing(md5),
        history: (md5: string) => {
          names.push(md5);
          return remote.history(md5);
        },
      };
      const check = await checkDataset(dataset, recording, 10);
      expect(check).toMatchObject({
        dataset: { objects: { listed: 100, checked: 10 } },
        notCompared: expect.arrayContaining(['unsampled-objects']),
      });
      return names;
    };
    const first = await lookedUp();
    expect(first).toHaveLength(1 + 10);
    expect(await lookedUp()).toEqual(first);
  });

  test('is not compared by its total size, which is not known', async () => {
    await expect(checkDataset({ ...directory(many), sizeBytes: 1 }, remote, 10)).resolves.toMatchObject({
      kind: 'agrees',
    });
  });

  test('asks for a bounded number of objects at once', async () => {
    await checkDataset(directory(many), remote);
    expect(remote.asked.atOnce).toBe(contract.limits.objectChecksAtOnce);
  });
});
