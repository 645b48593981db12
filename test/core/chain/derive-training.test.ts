import { Derivation } from '../../../core/chain/derivation';
import {
  type ConfiguredJob,
  type DataCommitFiles,
  deriveTraining,
  type Sources,
} from '../../../core/chain/derive-training';

const URL = 'https://git.example.com/team/data.git';
const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
const MD5 = '0cc175b9c0f1b6a831c399e269772661';

const job: ConfiguredJob = {
  identity: {
    arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
    name: 'Train-1',
    createdAt: '2026-01-02T03:04:05.000Z',
  },
  configuredRepository: URL,
  configuredRevision: 'v1.0-abc123',
};

const files: DataCommitFiles = {
  commit: COMMIT,
  metafiles: new Map([['raw.csv.dvc', `outs:\n- md5: ${MD5}\n  size: 1\n  hash: md5\n  path: raw.csv\n`]]),
  hasLockFile: false,
};

function sources(answer: DataCommitFiles | 'too-large' | undefined = files, size: number | undefined = 1): Sources {
  return {
    remote: { listing: async () => undefined, size: async () => size },
    repository: (named) => (named === URL ? { url: URL, read: async () => answer } : undefined),
  };
}

test('a job with a known repository and revision is recorded with its commit and datasets', async () => {
  await expect(deriveTraining('demo', job, sources())).resolves.toEqual({
    version: 1,
    platform: 'demo',
    job: job.identity,
    assurance: 'configured',
    configured: { dataRepository: URL, dataRevision: 'v1.0-abc123' },
    status: 'recorded',
    dataCommit: COMMIT,
    datasets: [{ path: 'raw.csv', md5: MD5, sizeBytes: 1 }],
    notCompared: ['file-contents', 'run-claims', 'script-input'],
  });
});

test('a lock file that was not read is named as not compared', async () => {
  await expect(deriveTraining('demo', job, sources({ ...files, hasLockFile: true }))).resolves.toMatchObject({
    notCompared: expect.arrayContaining(['dvc-lock']),
  });
});

test('an object that differs from its .dvc file is a conflict that still names the commit', async () => {
  await expect(deriveTraining('demo', job, sources(files, 2))).resolves.toMatchObject({
    status: 'conflict',
    reason: 'object-size-differs',
    dataCommit: COMMIT,
  });
});

test.each<[reason: string, change: Partial<ConfiguredJob>]>([
  ['repository-missing', { configuredRepository: undefined }],
  ['repository-missing', { configuredRepository: '' }],
  ['revision-missing', { configuredRevision: undefined }],
  ['repository-not-allowed', { configuredRepository: 'https://evil.example.com/data.git' }],
  ['repository-not-allowed', { configuredRepository: 'https://user:token@git.example.com/team/data.git' }],
  ['repository-not-allowed', { configuredRepository: 'http://git.example.com/team/data.git' }],
  ['revision-malformed', { configuredRevision: '../../heads/main' }],
  ['revision-malformed', { configuredRevision: '-v1 --upload-pack=x' }],
])('is unresolved as %s', async (reason, change) => {
  const derivation = await deriveTraining('demo', { ...job, ...change }, sources());
  expect(derivation).toMatchObject({ status: 'unresolved', reason });
  expect(derivation).not.toHaveProperty('dataCommit');
});

test('a token in the address is repeated nowhere', async () => {
  const configuredRepository = 'https://user:s3cret@git.example.com/team/data.git';
  const derivation = await deriveTraining('demo', { ...job, configuredRepository }, sources());
  expect(JSON.stringify(derivation)).not.toContain('s3cret');
});

test.each<[reason: string, answer: DataCommitFiles | 'too-large' | undefined]>([
  ['repository-too-large', 'too-large'],
  ['dataset-not-found', { ...files, metafiles: new Map() }],
  ['dataset-malformed', { ...files, metafiles: new Map([['a.dvc', 'outs: x']]) }],
  ['dataset-layout-unsupported', { ...files, metafiles: new Map([['a.dvc', `outs:\n- md5: ${MD5}\n  path: a\n`]]) }],
])('is unresolved as %s when the repository says so', async (reason, answer) => {
  await expect(deriveTraining('demo', job, sources(answer))).resolves.toMatchObject({ status: 'unresolved', reason });
});

test('is unresolved as revision-not-found when the repository has no such tag', async () => {
  const nowhere: Sources = { ...sources(), repository: () => ({ url: URL, read: async () => undefined }) };
  await expect(deriveTraining('demo', job, nowhere)).resolves.toMatchObject({ reason: 'revision-not-found' });
});

test('is unresolved as listing-missing when the object was never pushed', async () => {
  const empty: Sources = { ...sources(), remote: { listing: async () => undefined, size: async () => undefined } };
  await expect(deriveTraining('demo', job, empty)).resolves.toMatchObject({ reason: 'listing-missing' });
});

test('every derivation fits the schema that the run-tagger believes', async () => {
  const cases = [sources(), sources(files, 2), sources('too-large')];
  for (const source of cases) {
    const derivation = await deriveTraining('demo', job, source);
    expect(Derivation.parse(JSON.parse(JSON.stringify(derivation)))).toEqual(derivation);
  }
});
