import { Derivation } from '../../../core/chain/derivation';
import { type ConfiguredJob, deriveData, type Sources } from '../../../core/chain/derive-data';
import type { DataCommitFiles, UnreadableRevision } from '../../../core/chain/look-up-data';
import type { ProjectFiles } from '../../../core/dvc/project';
import type { RemoteReader } from '../../../core/dvc/remote-reader';

const URL = 'https://git.example.com/team/data.git';
const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
const NOW = new Date('2026-01-02T03:11:00Z');
const MD5 = '0cc175b9c0f1b6a831c399e269772661';

const job: ConfiguredJob = {
  identity: {
    kind: 'training-job',
    arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
    name: 'Train-1',
    createdAt: '2026-01-02T03:04:05.000Z',
  },
  configuredRepository: URL,
  configuredRevision: 'v1.0-abc123',
  setup: { entrypoint: [], arguments: [], toolkitUri: undefined, handoverUri: undefined, completed: true },
};

const files: DataCommitFiles = {
  commit: COMMIT,
  branchOfSameName: undefined,
  project: projectOf(`outs:\n- md5: ${MD5}\n  size: 1\n  hash: md5\n  path: raw.csv\n`),
};

function projectOf(metafile: string): ProjectFiles {
  const settings = '[core]\nremote = storage\n[\'remote "storage"\']\nurl = s3://bucket/dvc\n';
  const files = new Map([
    ['.dvc/config', settings],
    ['raw.csv.dvc', metafile],
  ]);
  return { files, unreadable: [] };
}

function remote(size: number | undefined): RemoteReader {
  const versions = size === undefined ? [] : [{ sizeBytes: size, eTag: MD5, kept: true }];
  return {
    url: 's3://bucket/dvc',
    listing: async () => undefined,
    history: async () => ({ versions, deleted: false, more: false }),
  };
}

function sources(answer: DataCommitFiles | UnreadableRevision = files, size: number | undefined = 1): Sources {
  return {
    remote: remote(size),
    repository: (named) => (named === URL ? { url: URL, read: async () => answer } : undefined),
  };
}

test('a job with a known repository and revision is recorded with its commit and datasets', async () => {
  await expect(deriveData('demo', job, sources(), NOW)).resolves.toEqual({
    version: 1,
    platform: 'demo',
    job: job.identity,
    derivedAt: NOW.toISOString(),
    assurance: 'configured',
    configured: { dataRepository: URL, dataRevision: 'v1.0-abc123' },
    status: 'recorded',
    dataCommit: COMMIT,
    datasets: [{ path: 'raw.csv', md5: MD5, sizeBytes: 1, objects: { listed: 1, checked: 1 } }],
    notCompared: ['file-contents', 'run-claims', 'script-input'],
  });
});

test('a processing job is derived in the same way, and has no runs and no script input to compare', async () => {
  const arn = 'arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1';
  const identity = { kind: 'processing-job', arn, name: 'Prepare-1', createdAt: job.identity.createdAt } as const;
  await expect(deriveData('demo', { ...job, identity }, sources(), NOW)).resolves.toMatchObject({
    job: identity,
    status: 'recorded',
    dataCommit: COMMIT,
    notCompared: ['file-contents', 'handover'],
  });
});

test('a branch with the name of the tag is a conflict that names both commits', async () => {
  const other = 'b'.repeat(40);
  const derivation = await deriveData('demo', job, sources({ ...files, branchOfSameName: other }), NOW);
  expect(derivation).toMatchObject({ status: 'conflict', reason: 'branch-of-same-name', dataCommit: COMMIT });
  expect(derivation).toMatchObject({ explanation: expect.stringMatching(new RegExp(`${COMMIT}.*${other}`)) });
});

test('what the repository itself contradicts is a conflict, and nothing is looked up in the remote', async () => {
  const disagreeing = projectOf(
    `outs:\n- {md5: ${MD5}, hash: md5, path: a}\n- {md5: ${'0a'.repeat(16)}, hash: md5, path: a}\n`,
  );
  const unread: RemoteReader = {
    url: 's3://bucket/dvc',
    listing: () => Promise.reject(new Error('looked up')),
    history: () => Promise.reject(new Error('looked up')),
  };
  const source = { ...sources({ ...files, project: disagreeing }), remote: unread };
  await expect(deriveData('demo', job, source, NOW)).resolves.toMatchObject({
    status: 'conflict',
    reason: 'metafiles-disagree',
    datasets: [{ path: 'a' }, { path: 'a' }],
  });
});

test('settings that lead to another remote than the platform’s are a conflict', async () => {
  const source = { ...sources(), remote: { ...remote(1), url: 's3://bucket/other' } };
  await expect(deriveData('demo', job, source, NOW)).resolves.toMatchObject({ reason: 'remote-differs' });
});

test('an import is taken from repositories that the platform allows', async () => {
  const imported = (url: string) =>
    projectOf(
      `deps:\n- path: x\n  repo: {url: '${url}', rev_lock: ${COMMIT}}\nouts:\n- {md5: ${MD5}, hash: md5, path: a}\n`,
    );
  await expect(deriveData('demo', job, sources({ ...files, project: imported(URL) }), NOW)).resolves.toMatchObject({
    status: 'recorded',
    datasets: [{ importedFrom: { repository: URL, commit: COMMIT } }],
  });
  const foreign = imported('https://evil.example.com/data.git');
  await expect(deriveData('demo', job, sources({ ...files, project: foreign }), NOW)).resolves.toMatchObject({
    reason: 'import-not-allowed',
  });
});

test('an object that differs from its .dvc file is a conflict that still names the commit', async () => {
  await expect(deriveData('demo', job, sources(files, 2), NOW)).resolves.toMatchObject({
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
  const derivation = await deriveData('demo', { ...job, ...change }, sources(), NOW);
  expect(derivation).toMatchObject({ status: 'unresolved', reason });
  expect(derivation).not.toHaveProperty('dataCommit');
});

test('a token in the address is repeated nowhere', async () => {
  const configuredRepository = 'https://user:s3cret@git.example.com/team/data.git';
  const derivation = await deriveData('demo', { ...job, configuredRepository }, sources(), NOW);
  expect(JSON.stringify(derivation)).not.toContain('s3cret');
});

test.each<[reason: string, answer: DataCommitFiles | UnreadableRevision]>([
  ['repository-too-large', 'too-large'],
  ['revision-not-found', 'not-found'],
  ['revision-no-commit', 'no-commit'],
  ['dataset-not-found', { ...files, project: { files: new Map(), unreadable: [] } }],
  ['dataset-malformed', { ...files, project: projectOf('outs: x') }],
  ['dataset-malformed', { ...files, project: { files: new Map(), unreadable: [`${'x'.repeat(1000)}.dvc`] } }],
  ['dataset-layout-unsupported', { ...files, project: projectOf(`outs:\n- md5: ${MD5}\n  hash: x\n  path: a\n`) }],
])('is unresolved as %s when the repository says so', async (reason, answer) => {
  await expect(deriveData('demo', job, sources(answer), NOW)).resolves.toMatchObject({
    status: 'unresolved',
    reason,
  });
});

test('is unresolved as listing-missing when the object was never pushed', async () => {
  const empty: Sources = { ...sources(), remote: remote(undefined) };
  await expect(deriveData('demo', job, empty, NOW)).resolves.toMatchObject({ reason: 'listing-missing' });
});

test('every derivation fits the schema that the run-tagger believes', async () => {
  const branch = { ...files, branchOfSameName: COMMIT };
  const long = { ...files, project: projectOf(`outs:\n- {md5: ${MD5}, hash: md5, path: ../${'a'.repeat(2000)}}\n`) };
  const cases = [sources(), sources(files, 2), sources('too-large'), sources(branch), sources(long)];
  for (const source of cases) {
    const derivation = await deriveData('demo', job, source, NOW);
    expect(Derivation.parse(JSON.parse(JSON.stringify(derivation)))).toEqual(derivation);
  }
});

test.each<[what: string, change: Partial<ConfiguredJob>]>([
  ['with a user', { configuredRepository: 'https://user:glpat-0123@git.example.com/team/data.git' }],
  ['with a token in its path', { configuredRepository: 'https://git.example.com/glpat-0123/data.git' }],
  [
    'with a token in its path, and no revision',
    { configuredRepository: 'https://git.example.com/glpat-0123/data.git', configuredRevision: undefined },
  ],
])('an address %s that is not allowed is not explained by repeating it', async (_what, change) => {
  const derivation = await deriveData('demo', { ...job, ...change }, sources(), NOW);
  expect(derivation).toMatchObject({ reason: 'repository-not-allowed' });
  expect(derivation).toMatchObject({ explanation: expect.not.stringContaining('glpat-0123') });
});
