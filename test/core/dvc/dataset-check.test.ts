import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { checkDataset, type RemoteReader } from '../../../core/dvc/dataset-check';

// as DVC writes it: https://github.com/treeverse/dvc-data, hashfile/tree.py.
const LISTING = Buffer.from(
  '[{"md5": "92eb5ffee6ae2fec3ad71c777531578f", "relpath": "A.csv"}, {"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "train/a.csv"}, {"md5": "0cc175b9c0f1b6a831c399e269772661", "relpath": "\\u00e9/b.csv"}]',
);
const DIRECTORY = { path: 'data/train', md5: '14b2c53346e4c151581173b95270ebf2.dir', files: 3 };
const FILE = { path: 'raw.csv', md5: '0cc175b9c0f1b6a831c399e269772661', sizeBytes: 1 };

function remote(objects: { listing?: Uint8Array | 'too-large'; size?: number }): RemoteReader {
  return { listing: async () => objects.listing, size: async () => objects.size };
}

test('a listing with the digest it is named by agrees', async () => {
  await expect(checkDataset(DIRECTORY, remote({ listing: LISTING }))).resolves.toEqual({
    kind: 'agrees',
    notCompared: ['file-contents'],
  });
});

test('a listing with one other byte is a conflict, whichever byte it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(LISTING.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const other = Buffer.from(LISTING);
      other[at] = (other[at] ?? 0) ^ change;
      expect(await checkDataset(DIRECTORY, remote({ listing: other }))).toMatchObject({ reason: 'listing-differs' });
    }),
  );
});

test('another number of files than the .dvc file says is a conflict', async () => {
  const check = await checkDataset({ ...DIRECTORY, files: 4 }, remote({ listing: LISTING }));
  expect(check).toMatchObject({ kind: 'conflict', reason: 'file-count-differs' });
});

test('a listing that is not there leaves the dataset unresolved', async () => {
  await expect(checkDataset(DIRECTORY, remote({}))).resolves.toMatchObject({
    kind: 'unresolved',
    reason: 'listing-missing',
  });
});

test('a listing too large to read is named as not compared', async () => {
  await expect(checkDataset(DIRECTORY, remote({ listing: 'too-large' }))).resolves.toMatchObject({
    notCompared: expect.arrayContaining(['listing-entries']),
  });
});

test('bytes with the right digest that are no listing leave the dataset unresolved', async () => {
  const bytes = Buffer.from('{}');
  const md5 = `${createHash('md5').update(bytes).digest('hex')}.dir`;
  await expect(checkDataset({ path: 'a', md5 }, remote({ listing: bytes }))).resolves.toMatchObject({
    reason: 'dataset-malformed',
  });
});

test('a single file is compared by its size', async () => {
  await expect(checkDataset(FILE, remote({ size: 1 }))).resolves.toMatchObject({ kind: 'agrees' });
  await expect(checkDataset(FILE, remote({ size: 2 }))).resolves.toMatchObject({ reason: 'object-size-differs' });
  await expect(checkDataset(FILE, remote({}))).resolves.toMatchObject({ reason: 'listing-missing' });
});
