import { readHandedDataset } from '../../../core/chain/handed-dataset';

const HANDOVER = 's3://artifacts/lineage';
const dataset = { path: 'dataset', md5: `${'a'.repeat(32)}.dir`, treeDigest: `sha256:${'b'.repeat(64)}` };
const document = {
  version: 1,
  dataRepository: 'https://git.example.com/team/data.git',
  dataRevision: 'v1-abc123',
  dataCommit: 'c'.repeat(40),
  datasets: [dataset],
};

function read(change: object = {}, uri = `${HANDOVER}/abc123`) {
  return readHandedDataset(uri, HANDOVER, async () => JSON.stringify({ ...document, ...change }));
}

test.each([`${HANDOVER}/abc123`, `${HANDOVER}/abc123/`, `${HANDOVER}/pipeline.1/abc123`])(
  'the dataset below %s is told',
  async (uri) => {
    await expect(read({}, uri)).resolves.toEqual({
      md5: dataset.md5,
      dataCommit: document.dataCommit,
      dataRevision: document.dataRevision,
    });
  },
);

test.each([
  HANDOVER,
  `${HANDOVER}/`,
  `${HANDOVER}/../secrets`,
  `${HANDOVER}/a//b`,
  `${HANDOVER}/a/../b`,
  `${HANDOVER}-of-others/abc123`,
  's3://elsewhere/lineage/abc123',
  '',
])('fails without reading where the address is %j', async (uri) => {
  const readDocument = jest.fn();
  await expect(readHandedDataset(uri, HANDOVER, readDocument)).rejects.toThrow(
    `${JSON.stringify(uri)} is not below ${HANDOVER}, where jobs hand on what they published`,
  );
  expect(readDocument).not.toHaveBeenCalled();
});

test('fails where nothing was handed on', async () => {
  await expect(readHandedDataset(`${HANDOVER}/abc123`, HANDOVER, async () => undefined)).rejects.toThrow(
    'there is no lineage.json below "s3://artifacts/lineage/abc123", or it is too large; has the preprocess job succeeded?',
  );
});

test.each<[what: string, change: object]>([
  ['of another version', { version: 2 }],
  ['without a commit', { dataCommit: 'main' }],
  ['with a revision that is none', { dataRevision: '--force' }],
  ['with a hash that is none', { datasets: [{ ...dataset, md5: '../x' }] }],
  ['without datasets', { datasets: [] }],
])('fails where lineage.json is one %s', async (_what, change) => {
  await expect(read(change)).rejects.toThrow('is no document of a preprocess job');
});

test('fails where there are several datasets, of which a checkpoint could be of either', async () => {
  await expect(read({ datasets: [dataset, { ...dataset, path: 'other' }] })).rejects.toThrow(
    'lineage.json below "s3://artifacts/lineage/abc123" names 2 datasets, must name one',
  );
});
