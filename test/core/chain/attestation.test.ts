import { attest, type Handover, type JobSetup } from '../../../core/chain/attestation';
import { Derivation } from '../../../core/chain/derivation';

const URL = 'https://git.example.com/team/data.git';
const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
const MD5 = '14b2c53346e4c151581173b95270ebf2.dir';
const TREE = 'a'.repeat(64);
const TOOLKIT = 's3://assets/toolkit.zip';
const ENTRYPOINT = ['/bin/sh', '-c', 'exec python3 /opt/ml/input/data/lineage-jobs/*.zip train'];
const PREPROCESS = ['/bin/sh', '-c', 'exec python3 /opt/ml/processing/input/lineage-jobs/*.zip preprocess'];
const ENTRYPOINTS = { 'training-job': ENTRYPOINT, 'processing-job': PREPROCESS };

const derivation = {
  version: 1,
  platform: 'demo',
  job: {
    kind: 'training-job',
    arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
    name: 'train-1',
    createdAt: '2026-01-02T03:04:05.000Z',
  },
  derivedAt: '2026-01-02T03:11:00.000Z',
  assurance: 'configured',
  configured: { dataRepository: URL, dataRevision: 'v1' },
  status: 'recorded',
  dataCommit: COMMIT,
  datasets: [{ path: 'dataset', md5: MD5 }],
  notCompared: ['file-contents', 'run-claims', 'script-input'],
} satisfies Derivation;

const document = {
  version: 1,
  dataRepository: URL,
  dataRevision: 'v1',
  dataCommit: COMMIT,
  datasets: [{ path: 'dataset', md5: MD5, sizeBytes: 1, files: 1, treeDigest: `sha256:${TREE}` }],
  inputs: [],
};

function setup(change: Partial<JobSetup> = {}): JobSetup {
  return {
    entrypoint: ENTRYPOINT,
    arguments: [],
    toolkitUri: TOOLKIT,
    handoverUri: 's3://artifacts/lineage/abc123',
    completed: true,
    ...change,
  };
}

const handover = (text: string | undefined = JSON.stringify(document)): Handover => ({
  setup: { toolkitUri: TOOLKIT, handoverUri: 's3://artifacts/lineage', entrypoints: ENTRYPOINTS },
  readDocument: async (uri) => (uri === 's3://artifacts/lineage/abc123' ? text : undefined),
});

test('a job that our toolkit ran, on what was published, is attested with the digest of its files', async () => {
  const attested = await attest(derivation, setup(), handover());
  expect(attested).toMatchObject({
    status: 'recorded',
    assurance: 'attested',
    datasets: [{ path: 'dataset', treeSha256: TREE }],
    notCompared: ['run-claims'],
  });
  expect(Derivation.safeParse(attested).success).toBe(true);
});

test('a dataset that the toolkit was not told to give has its contents still not compared', async () => {
  const other = { path: 'other', md5: '0cc175b9c0f1b6a831c399e269772661' };
  const attested = await attest({ ...derivation, datasets: [...derivation.datasets, other] }, setup(), handover());
  expect(attested).toMatchObject({ assurance: 'attested', notCompared: ['file-contents', 'run-claims'] });
});

test.each<[what: string, given: JobSetup]>([
  ['with another entrypoint', setup({ entrypoint: ['/bin/sh', '-c', 'exec python3 train.py'] })],
  ['with an entrypoint that goes on', setup({ entrypoint: [...ENTRYPOINT, '; true'] })],
  ['with arguments', setup({ arguments: ['--fast'] })],
  ['without an entrypoint of its own', setup({ entrypoint: [] })],
  ['with another toolkit', setup({ toolkitUri: 's3://mine/toolkit.zip' })],
  ['whose channel is from elsewhere', setup({ handoverUri: 's3://mine/lineage/abc123' })],
  ['whose channel only begins like ours', setup({ handoverUri: 's3://artifacts/lineage-of-mine/abc123' })],
  ['with the entrypoint of another kind of job', setup({ entrypoint: PREPROCESS })],
  ['that did not end by itself', setup({ completed: false })],
])('a job %s is not attested', async (_what, given) => {
  await expect(attest(derivation, given, handover())).resolves.toEqual(derivation);
});

test('a job without a document in its channel is not attested', async () => {
  await expect(attest(derivation, setup(), { ...handover(), readDocument: async () => undefined })).resolves.toEqual(
    derivation,
  );
});

test.each<[what: string, change: object, explanation: string]>([
  [
    'another commit',
    { dataCommit: 'f'.repeat(40) },
    `published the commit ${'f'.repeat(40)}, "v1" now leads to ${COMMIT}`,
  ],
  ['another revision', { dataRevision: 'v2' }, 'another data repository or revision'],
  ['another repository', { dataRepository: 'https://git.example.com/other' }, 'another data repository or revision'],
  ['another dataset', { datasets: [{ ...document.datasets[0], md5: '0'.repeat(32) }] }, `the data commit has ${MD5}`],
  [
    'a dataset of another place',
    { datasets: [{ ...document.datasets[0], path: 'x' }] },
    'that the data commit has not',
  ],
  ['no datasets', { datasets: [] }, 'no document of the preprocess job'],
  ['another version', { version: 2 }, 'no document of the preprocess job'],
])('a document that names %s is a conflict, whether or not the job completed', async (_what, change, explanation) => {
  for (const completed of [true, false]) {
    const found = await attest(derivation, setup({ completed }), handover(JSON.stringify({ ...document, ...change })));
    expect(found).toMatchObject({
      status: 'conflict',
      reason: 'handover-differs',
      assurance: 'configured',
      explanation: expect.stringContaining(explanation),
    });
    expect(Derivation.safeParse(found).success).toBe(true);
  }
});

test.each([
  ['no JSON', 'token=secret'],
  ['about another place', JSON.stringify({ ...document, datasets: [{ ...document.datasets[0], path: 'secret' }] })],
])('what is %s is a conflict that repeats nothing of it', async (_what, text) => {
  const found = await attest(derivation, setup(), handover(text));
  expect(found).toMatchObject({ status: 'conflict' });
  expect(JSON.stringify(found)).not.toContain('secret');
});

const MAKER = { arn: 'arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1', name: 'Prepare-1' };
const written = JSON.stringify({ ...document, processingJob: MAKER });

test.each([true, false])(
  'a training job says which processing job made its data, completed or not: %s',
  async (completed) => {
    await expect(attest(derivation, setup({ completed }), handover(written))).resolves.toMatchObject({ madeBy: MAKER });
  },
);

test('a document that names something else than a processing job is a conflict', async () => {
  const named = { ...document, processingJob: { ...MAKER, arn: derivation.job.arn } };
  await expect(attest(derivation, setup(), handover(JSON.stringify(named)))).resolves.toMatchObject({
    status: 'conflict',
    reason: 'handover-differs',
  });
});

describe('a processing job', () => {
  const publication = {
    ...derivation,
    job: { kind: 'processing-job', ...MAKER, createdAt: '2026-01-02T02:00:00.000Z' },
    notCompared: ['file-contents', 'handover'],
  } satisfies Derivation;
  const publishing = (change: Partial<JobSetup> = {}) => setup({ entrypoint: PREPROCESS, ...change });

  test('that our toolkit ran is attested with the digest of its files, which nobody has read back yet', async () => {
    const attested = await attest(publication, publishing(), handover(written));
    expect(attested).toMatchObject({
      status: 'recorded',
      assurance: 'attested',
      datasets: [{ path: 'dataset', treeSha256: TREE }],
      notCompared: ['file-contents'],
    });
    expect(attested).not.toHaveProperty('madeBy');
    expect(Derivation.safeParse(attested).success).toBe(true);
  });

  test.each<[what: string, given: JobSetup, text: string | undefined]>([
    ['that did not start by our toolkit', publishing({ entrypoint: ENTRYPOINT }), written],
    ['that hands on elsewhere', publishing({ handoverUri: 's3://mine/lineage/abc123' }), written],
    ['that handed on nothing', publishing(), undefined],
    ['whose document does not say who wrote it', publishing(), JSON.stringify(document)],
    ['that failed', publishing({ completed: false }), written],
  ])('%s is not attested', async (_what, given, text) => {
    const read = { ...handover(), readDocument: async () => text };
    await expect(attest(publication, given, read)).resolves.toEqual(publication);
  });

  const others = JSON.stringify({
    ...document,
    processingJob: { arn: `${MAKER.arn}-again`, name: 'Prepare-1-again' },
  });

  test('whose document another job wrote is a conflict', async () => {
    await expect(attest(publication, publishing(), handover(others))).resolves.toMatchObject({
      status: 'conflict',
      explanation: 'lineage.json of the job was written by another job',
    });
  });

  test('that failed may find the document of the attempt after it, which is not about it', async () => {
    await expect(attest(publication, publishing({ completed: false }), handover(others))).resolves.toEqual(publication);
  });

  test('that published another commit than the revision leads to is a conflict', async () => {
    const moved = JSON.stringify({ ...document, processingJob: MAKER, dataCommit: 'f'.repeat(40) });
    await expect(attest(publication, publishing(), handover(moved))).resolves.toMatchObject({
      status: 'conflict',
      reason: 'handover-differs',
    });
  });
});
