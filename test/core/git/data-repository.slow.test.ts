import { randomBytes } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { HttpClient } from 'isomorphic-git';
import type { DataCommitFiles } from '../../../core/chain/look-up-data';
import { contract } from '../../../core/contract';
import { noAuthorization, tokenAuthorization } from '../../../core/git/authorization';
import { DataRepositoryReader } from '../../../core/git/data-repository';
import { gitHttpClient } from '../../../core/git/git-http-client';
import { GitHost, TOKEN } from './git-host';

const METAFILE = 'outs:\n- md5: 0cc175b9c0f1b6a831c399e269772661\n  hash: md5\n  path: raw.csv\n';
const OLD_BYTES = 300_000;

let host: GitHost;
const commits: Record<string, string> = {};

beforeAll(async () => {
  host = await GitHost.start();
  const tag = (name: string, target = 'HEAD') => host.git('tag', '--annotate', '--message', 'x', name, target);

  host.commit('old', { 'big.bin': randomBytes(OLD_BYTES) });
  host.git('rm', '--quiet', 'big.bin');
  commits.first = host.commit('first', {
    '.dvc/config': '[core]\n',
    '.dvc/.gitignore': '/tmp\n',
    '.dvc/plots/confusion.dvc': 'not of the project',
    'raw.csv.dvc': METAFILE,
    'nested/folder/raw.csv.dvc': METAFILE,
    'readme.md': 'x',
  });
  host.git('tag', 'lightweight');
  tag('annotated');
  tag('run-2');
  tag('a-tree', 'HEAD^{tree}');
  host.git('tag', 'a-lightweight-tree', 'HEAD^{tree}');
  tag('a-file', 'HEAD:readme.md');
  host.git('tag', 'a-lightweight-file', 'HEAD:readme.md');
  commits.second = host.commit('second', { 'dvc.lock': "schema: '2.0'\n", 'dvc.yaml': 'stages: {}\n' });
  tag('run-29');
  tag('run-299', 'HEAD~1');
  tag('twice', 'run-29');
  tag('thrice', 'twice');
  tag('shared');
  // a branch with the name of a tag, which points elsewhere.
  host.git('branch', 'shared', 'HEAD~1');
  host.git('branch', 'shared-more');
  symlinkSync('raw.csv.dvc', join(host.checkout, 'link.dvc'));
  commits.odd = host.commit('odd', {
    'large.dvc': 'x'.repeat(contract.limits.dvcFileBytes + 1),
    'bytes.dvc': Buffer.from([0xff, 0xfe]),
  });
  tag('odd');
  host.git('push', '--quiet', host.url, 'refs/heads/*:refs/heads/*', '--tags');
}, 60_000);

afterAll(() => host?.stop());

const reader = (token = TOKEN, http?: HttpClient) =>
  new DataRepositoryReader(host.url, token ? tokenAuthorization(token) : noAuthorization, http && { http });
const read = (revision: string, token?: string) => reader(token).readRevision(revision);

test.each(['lightweight', 'annotated'])('a %s tag leads to its commit and the files of DVC there', async (revision) => {
  await expect(read(revision)).resolves.toEqual({
    commit: commits.first,
    branchOfSameName: undefined,
    project: {
      files: new Map([
        ['.dvc/config', '[core]\n'],
        ['nested/folder/raw.csv.dvc', METAFILE],
        ['raw.csv.dvc', METAFILE],
      ]),
      unreadable: [],
    },
  });
});

test.each(['twice', 'thrice'])('a tag of a tag (%s) leads to the commit at the end', async (revision) => {
  await expect(read(revision)).resolves.toMatchObject({ commit: commits.second });
});

test('a dvc.lock and its dvc.yaml are read', async () => {
  const { project } = (await read('run-29')) as DataCommitFiles;
  expect([...project.files.keys()]).toEqual(expect.arrayContaining(['dvc.lock', 'dvc.yaml']));
});

test('a name is not taken for a longer one that begins like it', async () => {
  await expect(read('run-2')).resolves.toMatchObject({ commit: commits.first });
  await expect(read('run-29')).resolves.toMatchObject({ commit: commits.second });
  await expect(read('run-299')).resolves.toMatchObject({ commit: commits.first });
  await expect(read('run')).resolves.toBe('not-found');
});

test('the tags that lead to a commit are found, through tags of tags as well, and branches are none', async () => {
  const [first, second] = [commits.first ?? '', commits.second ?? ''];
  await expect(reader().revisionsOf(first)).resolves.toEqual(['annotated', 'lightweight', 'run-2', 'run-299']);
  await expect(reader().revisionsOf(second)).resolves.toEqual(['run-29', 'shared', 'thrice', 'twice']);
  await expect(reader().revisionsOf('f'.repeat(40))).resolves.toEqual([]);
});

test('a branch is no data revision', async () => {
  await expect(read('main')).resolves.toBe('not-found');
});

test('a branch with the name of the tag is reported with its commit, and not followed', async () => {
  await expect(read('shared')).resolves.toMatchObject({ commit: commits.second, branchOfSameName: commits.first });
});

test.each(['a-tree', 'a-lightweight-tree', 'a-file', 'a-lightweight-file'])(
  'a tag that points to no commit (%s) is reported as that',
  async (revision) => {
    await expect(read(revision)).resolves.toBe('no-commit');
  },
);

test('links, large files and what is no text are reported and not read', async () => {
  const { project } = (await read('odd')) as DataCommitFiles;
  expect(project.unreadable).toEqual(['bytes.dvc', 'large.dvc', 'link.dvc']);
  expect(project.files.has('raw.csv.dvc')).toBe(true);
});

test('no history is fetched, and a reading takes six requests', async () => {
  let [requests, bytes] = [0, 0];
  const http = gitHttpClient(host.url, { responseBytes: 2 ** 20, timeoutSeconds: 20 });
  const counting: HttpClient = {
    async request(request) {
      requests += 1;
      const response = await http.request(request);
      return { ...response, body: counted(response.body ?? none()) };
    },
  };
  async function* none(): AsyncGenerator<Uint8Array> {}
  async function* counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  await expect(reader(TOKEN, counting).readRevision('annotated')).resolves.toMatchObject({ commit: commits.first });
  expect(requests).toBe(6);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(OLD_BYTES / 10);
});

test.each([
  ['a wrong token', 'wrong'],
  ['no token', ''],
])('%s is refused', async (_what, token) => {
  await expect(read('annotated', token)).rejects.toMatchObject({ name: 'GitRefused' });
});

test('what is no answer of a Git host is not repeated in the error', async () => {
  const echoing: HttpClient = {
    request: async ({ url, headers = {} }) => ({
      url,
      statusCode: 200,
      statusMessage: 'OK',
      headers: { 'content-type': 'text/html' },
      body: (async function* () {
        yield Buffer.from(`authorization: ${headers.authorization} glpat-0123`);
      })(),
    }),
  };
  const error: unknown = await reader(TOKEN, echoing)
    .readRevision('annotated')
    .catch((thrown) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(/cannot be read as Git's protocol .*SmartHttpError/) });
  expect(inspect(error, { showHidden: true, depth: null })).not.toMatch(/glpat|Basic/);
});

test('a repository that is not there is refused', async () => {
  const other = new DataRepositoryReader(host.url.replace('data', 'other'), tokenAuthorization(TOKEN));
  await expect(other.readRevision('annotated')).rejects.toThrow(/is not there, or the token may not see it/);
});

test('a repository without a default branch is refused, and told to set one', async () => {
  const url = await host.create('team/headless');
  host.git('push', '--quiet', url, 'HEAD:refs/heads/other', 'refs/tags/annotated');
  const headless = new DataRepositoryReader(url, tokenAuthorization(TOKEN));
  await expect(headless.readRevision('annotated')).rejects.toThrow(/its HEAD names a branch that does not exist/);
});

test('an empty repository has no such tag', async () => {
  const empty = new DataRepositoryReader(await host.create('team/empty'), tokenAuthorization(TOKEN));
  await expect(empty.readRevision('annotated')).resolves.toBe('not-found');
});

test('a commit whose files are small when packed and large when not is too large', async () => {
  host.commit('bomb', { 'bomb.bin': Buffer.alloc(contract.limits.gitUnpackedBytes) });
  host.git('tag', 'bomb');
  host.git('push', '--quiet', host.url, 'refs/tags/bomb');
  host.git('reset', '--quiet', '--hard', 'HEAD~1');
  let bytes = 0;
  const http = gitHttpClient(host.url, { responseBytes: 2 ** 20, timeoutSeconds: 20 });
  const counting: HttpClient = {
    async request(request) {
      const response = await http.request(request);
      return { ...response, body: counted(response.body ?? []) };
    },
  };
  async function* counted(body: AsyncIterable<Uint8Array> | Uint8Array[]): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  const before = process.memoryUsage().rss;
  await expect(reader(TOKEN, counting).readRevision('bomb')).rejects.toMatchObject({ name: 'GitResponseTooLarge' });
  expect(bytes).toBeLessThan(500_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(contract.limits.gitUnpackedBytes);
}, 30_000);

test('a commit with more files of DVC than are read is too large', async () => {
  const files = Array.from({ length: contract.limits.dvcProjectFiles + 1 }, (_, index) => [`many/${index}.dvc`, 'x']);
  host.commit('many', Object.fromEntries(files));
  host.git('tag', 'many');
  host.git('push', '--quiet', host.url, 'refs/tags/many');
  await expect(read('many')).rejects.toMatchObject({ name: 'GitResponseTooLarge' });
});

test('a commit whose files of DVC have more bytes than are read is too large, however few they are', async () => {
  const { dvcFileBytes, dvcProjectBytes } = contract.limits;
  const files = Array.from({ length: dvcProjectBytes / dvcFileBytes + 1 }, (_, index) => [
    `heavy/${index}.dvc`,
    'x'.repeat(dvcFileBytes),
  ]);
  host.commit('heavy', Object.fromEntries(files));
  host.git('tag', 'heavy');
  host.git('push', '--quiet', host.url, 'refs/tags/heavy');
  await expect(read('heavy')).rejects.toMatchObject({ name: 'GitResponseTooLarge' });
});
