import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { type ConfiguredJob, deriveData } from '../../core/chain/derive-data';
import { readListing } from '../../core/dvc/listing';
import { isDirectory, objectKey } from '../../core/dvc/remote-layout';
import type { RemoteReader } from '../../core/dvc/remote-reader';
import { tokenAuthorization } from '../../core/git/authorization';
import { DataRepositoryReader } from '../../core/git/data-repository';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import { GitHost, TOKEN } from '../core/git/git-host';

interface DataCommit {
  readonly commit: string;
  readonly datasets: {
    path: string;
    md5: string;
    files: number;
    sizeBytes: number;
    objects: { relpath: string; md5: string; size: number }[];
  }[];
}

let host: GitHost;
let remoteFolder: string;

function asOracle(revision: string): DataCommit {
  const python = join(environmentDirectory('jobs'), 'bin', 'python');
  const program = join(projectRoot, 'test', 'oracle', 'data_commit.py');
  return JSON.parse(
    execFileSync(python, [program, host.url, revision], { env: host.environment, encoding: 'utf8', stdio: 'pipe' }),
  ) as DataCommit;
}

/** A DVC remote in a folder, which is laid out as one in S3. */
function folderRemote(): RemoteReader {
  const place = (md5: string) => objectKey(remoteFolder, md5);
  return {
    url: remoteFolder,
    listing: async (md5) => readFileSync(place(md5)),
    history: async (md5) => ({
      versions: existsSync(place(md5)) ? [{ sizeBytes: statSync(place(md5)).size, eTag: undefined, kept: true }] : [],
      deleted: false,
      more: false,
    }),
  };
}

async function asWe(revision: string): Promise<DataCommit & { status: string }> {
  const remote = folderRemote();
  const reader = new DataRepositoryReader(host.url, tokenAuthorization(TOKEN));
  const url = 'https://git.example.com/team/data.git';
  const job: ConfiguredJob = {
    identity: { kind: 'training-job', arn: 'arn', name: 'name', createdAt: '2026-01-01T00:00:00Z' },
    configuredRepository: url,
    configuredRevision: revision,
    setup: { entrypoint: [], arguments: [], toolkitUri: undefined, handoverUri: undefined, completed: true },
  };
  const derivation = await deriveData(
    'demo',
    job,
    {
      remote,
      repository: () => ({ url, read: (tag) => reader.readRevision(tag) }),
    },
    new Date(),
  );
  if (derivation.status === 'unresolved') {
    throw new Error(derivation.explanation);
  }
  const datasets = derivation.datasets.map(async ({ path, md5, files = 1, sizeBytes = -1 }) => ({
    path,
    md5,
    files,
    sizeBytes,
    objects: await objectsOf(remote, path, md5),
  }));
  return {
    status: derivation.status,
    commit: derivation.dataCommit,
    datasets: (await Promise.all(datasets)).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

async function objectsOf(
  remote: RemoteReader,
  path: string,
  md5: string,
): Promise<DataCommit['datasets'][0]['objects']> {
  const files = [{ relpath: path.slice(path.lastIndexOf('/') + 1), md5 }];
  if (isDirectory(md5)) {
    files.pop();
    readListing((await remote.listing(md5)) as Uint8Array, (file) => files.push(file));
  }
  return Promise.all(
    files.map(async ({ relpath, md5: name }) => ({
      relpath,
      md5: name,
      size: (await remote.history(name)).versions[0]?.sizeBytes ?? -1,
    })),
  );
}

function publish(revision: string): void {
  host.dvc('push', '--quiet');
  host.commit(revision);
  host.git('tag', '--annotate', '--message', 'x', revision);
  host.git('push', '--quiet', host.url, 'HEAD:refs/heads/main', `refs/tags/${revision}`);
}

beforeAll(async () => {
  host = await GitHost.start();
  remoteFolder = join(host.folder, 'remote');
  host.dvc('init', '--quiet');
  host.dvc('remote', 'add', '--quiet', '--default', 'storage', remoteFolder);
}, 60_000);

afterAll(() => host?.stop());

async function compare(revision: string): Promise<DataCommit> {
  const [ours, oracle] = [await asWe(revision), asOracle(revision)];
  expect(ours).toEqual({ ...oracle, status: 'recorded' });
  return oracle;
}

test('files, folders, folders in folders and the same content twice are seen as git and DVC see them', async () => {
  host.write({
    'data/train/a.csv': 'a',
    'data/train/sub/b.csv': 'a',
    'data/train/\u00e9 and \u{1f600}/"c\\".csv': 'ccc',
    'data/train/empty.csv': '',
    'raw/2026-01-01': 'raw',
    'notes.txt': 'not data',
  });
  host.dvc('add', '--quiet', 'data/train', 'raw/2026-01-01');
  publish('v1');
  const { datasets } = await compare('v1');
  expect(datasets.map(({ path, files }) => [path, files])).toEqual([
    ['data/train', 4],
    ['raw/2026-01-01', 1],
  ]);
}, 60_000);

test('outputs of a pipeline are, and those that are in Git are not', async () => {
  const stage = [
    'stages:',
    '  prepare:',
    '    cmd: mkdir -p out && cp data/train/a.csv out/c && echo 1 > metric.json && echo 2 > cached.json',
    '    deps: [data/train]',
    '    outs: [out]',
    '    metrics:',
    '    - metric.json: {cache: false}',
    '    - cached.json',
    '  elsewhere:',
    '    wdir: sub',
    '    cmd: mkdir -p made && echo x > made/x',
    '    outs: [made]',
  ];
  host.write({ 'dvc.yaml': `${stage.join('\n')}\n`, 'sub/.keep': '' });
  host.dvc('repro', '--quiet');
  publish('v2');
  const { datasets } = await compare('v2');
  expect(datasets.map(({ path }) => path)).toEqual(['cached.json', 'data/train', 'out', 'raw/2026-01-01', 'sub/made']);
}, 120_000);

test('a .dvc file for another folder, and one with several outputs, say what DVC takes them to say', async () => {
  const read = (path: string) => readFileSync(join(host.checkout, path), 'utf8');
  host.write({ 'moved/target/x.csv': 'moved', 'one.csv': 'one', 'two.csv': 'two' });
  host.dvc('add', '--quiet', 'moved/target', 'one.csv', 'two.csv');
  const entries = ['one.csv.dvc', 'two.csv.dvc'].map((path) => read(path).replace('outs:\n', ''));
  for (const path of ['moved/target.dvc', 'one.csv.dvc', 'two.csv.dvc']) {
    if (path.startsWith('moved')) {
      host.write({ 'places/target.dvc': `wdir: ../moved\n${read(path)}` });
    }
    rmSync(join(host.checkout, path));
  }
  host.write({ 'both.dvc': `outs:\n${entries.join('')}` });
  publish('v3');
  const { datasets } = await compare('v3');
  expect(datasets.map(({ path }) => path)).toEqual(expect.arrayContaining(['moved/target', 'one.csv', 'two.csv']));
}, 120_000);

test('the tag is followed where a branch has its name, and the disagreement is found', async () => {
  host.git('branch', 'v1');
  host.git('push', '--quiet', host.url, 'refs/heads/v1:refs/heads/v1');
  const [ours, oracle] = [await asWe('v1'), asOracle('v1')];
  expect(ours).toMatchObject({ status: 'conflict', commit: oracle.commit });
  host.git('push', '--quiet', host.url, ':refs/heads/v1');
}, 60_000);

test('control: bytes that are no longer those of the commit are seen by both', async () => {
  const file = objectKey(remoteFolder, createHash('md5').update('raw').digest('hex'));
  rmSync(file);
  await expect(asWe('v1')).rejects.toThrow(/the DVC remote has no object/);
  expect(() => asOracle('v1')).toThrow(/dvc pull/);
}, 60_000);

test('folders of any files are seen as git and DVC see them', async () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._#%+'-]{0,8}$/).filter((text) => !/[. ]$/.test(text));
  const files = fc.dictionary(
    fc.tuple(name, name).map((parts) => `d${parts.join('/f')}`),
    fc.string(),
    { minKeys: 1, maxKeys: 12, noNullPrototype: true },
  );
  rmSync(join(host.checkout, 'raw'), { recursive: true });
  for (const [index, tree] of fc.sample(files, { numRuns: 3, seed: 3 }).entries()) {
    host.write(Object.fromEntries(Object.entries(tree).map(([path, text]) => [`any/${index}/${path}`, text])));
    host.dvc('add', '--quiet', `any/${index}`);
  }
  publish('v4');
  const { datasets } = await compare('v4');
  expect(datasets.filter(({ path }) => path.startsWith('any/'))).toHaveLength(3);
}, 120_000);
