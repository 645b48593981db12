import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataRepositoryReader } from '../../../core/git/data-repository';
import { findFreePorts } from '../../../sandbox/free-ports';
import { environmentDirectory, projectRoot, tlsDirectory } from '../../../sandbox/project-paths';
import { eventually } from '../../../sandbox/walk/eventually';

const TOKEN = 'token-of-the-test';
const METAFILE = 'outs:\n- md5: 0cc175b9c0f1b6a831c399e269772661\n  hash: md5\n  path: raw.csv\n';

let folder: string;
let server: ChildProcess;
let url: string;
const commits: Record<string, string> = {};

function git(...args: string[]): string {
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_SSL_CAINFO: join(tlsDirectory, 'ca.pem'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`any:${TOKEN}`).toString('base64')}`,
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  return execFileSync('git', args, {
    cwd: join(folder, 'checkout'),
    env: environment,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

function commit(message: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, 'checkout', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', message);
  return git('rev-parse', 'HEAD').trim();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'data-repository-'));
  mkdirSync(join(folder, 'checkout'));
  const [port = 0] = await findFreePorts(1);
  server = spawn(join(environmentDirectory('emulator'), 'bin', 'python'), ['-m', 'sandbox.git'], {
    cwd: projectRoot,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      SANDBOX_DIRECTORY: folder,
      SANDBOX_TLS_DIRECTORY: tlsDirectory,
      SANDBOX_GIT_PORT: String(port),
      SANDBOX_GIT_TOKEN: TOKEN,
    },
  });
  const origin = `https://127.0.0.1:${port}`;
  await eventually('the Git host', 20, () =>
    fetch(`${origin}/_sandbox/health`).then(
      ({ ok }) => (ok ? true : undefined),
      () => undefined,
    ),
  );
  await fetch(`${origin}/_sandbox/repositories`, { method: 'POST', body: '{"name": "team/data"}' });
  url = `${origin}/team/data.git`;

  git('init', '--quiet', '--initial-branch=main');
  commits.first = commit('first', {
    '.dvc/config': '[core]\n',
    'raw.csv.dvc': METAFILE,
    'nested/folder/raw.csv.dvc': METAFILE,
    'readme.md': 'x',
  });
  git('tag', 'lightweight');
  git('tag', '--annotate', '--message', 'x', 'annotated');
  git('tag', '--annotate', '--message', 'x', 'run-2');
  commits.second = commit('second', { 'dvc.lock': "schema: '2.0'\n" });
  git('tag', '--annotate', '--message', 'x', 'run-29');
  git('tag', '--annotate', '--message', 'of a tag', 'twice', 'run-29');
  // a branch with the name of a tag, which points elsewhere.
  git('branch', 'annotated');
  git('push', '--quiet', url, 'refs/heads/main', 'refs/heads/annotated:refs/heads/annotated', '--tags');
}, 60_000);

afterAll(() => {
  server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const read = (revision: string, token: string | undefined = TOKEN) =>
  new DataRepositoryReader(url, token).readRevision(revision);

test.each(['lightweight', 'annotated'])('a %s tag leads to its commit and the .dvc files there', async (revision) => {
  await expect(read(revision)).resolves.toEqual({
    commit: commits.first,
    metafiles: new Map([
      ['nested/folder/raw.csv.dvc', METAFILE],
      ['raw.csv.dvc', METAFILE],
    ]),
    hasLockFile: false,
  });
});

test('a tag of a tag leads to the commit at the end', async () => {
  await expect(read('twice')).resolves.toMatchObject({ commit: commits.second });
});

test('a lock file is noticed', async () => {
  await expect(read('run-29')).resolves.toMatchObject({ commit: commits.second, hasLockFile: true });
});

test('a name is not taken for a longer one that begins like it', async () => {
  await expect(read('run-2')).resolves.toMatchObject({ commit: commits.first });
  await expect(read('run')).resolves.toBeUndefined();
});

test('a branch is no data revision', async () => {
  await expect(read('main')).resolves.toBeUndefined();
});

test.each([
  ['a wrong token', 'wrong'],
  ['no token', ''],
])('%s is refused', async (_what, token) => {
  await expect(read('annotated', token)).rejects.toMatchObject({ name: 'GitRefused' });
});

test('a repository that is not there is refused', async () => {
  const reader = new DataRepositoryReader(url.replace('data', 'other'), TOKEN);
  await expect(reader.readRevision('annotated')).rejects.toThrow(/is not there, or the token may not see it/);
});
