import * as fc from 'fast-check';
import { readMetafile } from '../../../core/dvc/metafile';
import { MetafileError } from '../../../core/dvc/metafile-error';

const MD5 = '14b2c53346e4c151581173b95270ebf2';
const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';

function errorOf(text: string, file = 'data/train.dvc'): MetafileError {
  try {
    readMetafile(file, text);
  } catch (error) {
    if (error instanceof MetafileError) {
      return error;
    }
    throw error;
  }
  throw new Error('no error');
}

const outs = (...lines: string[]) => `outs:\n- md5: ${MD5}.dir\n  hash: md5\n  path: train\n${lines.join('\n')}\n`;
const addressed = { file: 'data/train.dvc', path: 'data/train', md5: `${MD5}.dir`, legacyHash: false };

test('a directory is read with its size and number of files', () => {
  const text = `outs:\n- md5: ${MD5}.dir\n  size: 123456\n  nfiles: 3\n  hash: md5\n  path: train\n`;
  expect(readMetafile('data/train.dvc', text)).toEqual({
    outputs: [{ ...addressed, sizeBytes: 123456, files: 3 }],
    hasUncached: false,
  });
});

test('each of several outputs is read', () => {
  const text = `outs:\n- {md5: ${MD5}, hash: md5, path: a}\n- {md5: ${MD5}.dir, hash: md5, path: sub/b}\n`;
  expect(readMetafile('data/x.dvc', text).outputs.map(({ path }) => path)).toEqual(['data/a', 'data/sub/b']);
});

test('a file at the top of the repository keeps its bare path', () => {
  expect(readMetafile('raw.csv.dvc', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: raw.csv\n`).outputs).toMatchObject([
    { path: 'raw.csv', md5: MD5 },
  ]);
});

test.each([
  ['..', 'train'],
  ['../other', 'other/train'],
  ['sub/', 'data/sub/train'],
])('a working directory %s moves the outputs', (wdir, path) => {
  expect(readMetafile('data/train.dvc', `wdir: ${wdir}\n${outs()}`).outputs).toMatchObject([{ path }]);
});

test('an output of DVC 2 is one with another hash', () => {
  expect(readMetafile('a.dvc', `outs:\n- md5: ${MD5}\n  path: a\n`).outputs).toMatchObject([{ legacyHash: true }]);
});

test.each(['cache: false', 'cache: False', 'push: false'])('an output with %s is in no remote', (line) => {
  expect(readMetafile('data/train.dvc', outs(`  ${line}`))).toEqual({ outputs: [], hasUncached: true });
});

test.each(['cache: true', 'push: TRUE', 'persist: true', 'desc: x', 'labels: [a]', 'meta: {a: 1}', 'isexec: true'])(
  'an output with %s is like any other',
  (line) => {
    expect(readMetafile('data/train.dvc', outs(`  ${line}`))).toEqual({ outputs: [addressed], hasUncached: false });
  },
);

test('an output in another remote names it', () => {
  expect(readMetafile('data/train.dvc', outs('  remote: elsewhere')).outputs).toEqual([
    { ...addressed, remote: 'elsewhere' },
  ]);
});

test('an import names the repository and the commit that it came from', () => {
  const repo = `{url: 'https://git.example.com/a/b.git', rev: main, rev_lock: ${COMMIT}}`;
  expect(
    readMetafile('data/train.dvc', `frozen: true\nmd5: ${MD5}\ndeps:\n- path: x\n  repo: ${repo}\n${outs()}`).outputs,
  ).toEqual([
    {
      ...addressed,
      source: { repository: 'https://git.example.com/a/b.git', commit: COMMIT, ownRemote: false },
    },
  ]);
});

test.each(['remote: other', 'config: {core: {}}'])('an import with %s leads elsewhere', (line) => {
  const repo = `{url: 'https://git.example.com/a/b.git', rev_lock: ${COMMIT}, ${line}}`;
  expect(readMetafile('data/train.dvc', `deps:\n- path: x\n  repo: ${repo}\n${outs()}`).outputs).toMatchObject([
    { source: { ownRemote: true } },
  ]);
});

test('an import of an address names no repository', () => {
  expect(
    readMetafile('data/train.dvc', `frozen: true\ndeps:\n- etag: '"x"'\n  path: s3://b/x\n${outs()}`).outputs,
  ).toEqual([{ ...addressed, source: { ownRemote: false } }]);
});

test.each([
  ['no digest', 'outs:\n- path: a\n  hash: md5\n'],
  ['a digest that is none', 'outs:\n- md5: abc\n  hash: md5\n  path: a\n'],
  [
    'a digest that YAML takes for a number',
    `outs:\n- md5: ${'1'.repeat(15)}e${'2'.repeat(16)}\n  hash: md5\n  path: a\n`,
  ],
  ['a digest that loses its zero', `outs:\n- md5: 0${'1'.repeat(31)}\n  hash: md5\n  path: a\n`],
  ['a path that YAML takes for a date', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: 2026-01-01\n`],
  ['a switch that YAML 1.1 knew', outs('  cache: no')],
  ['no outputs', 'outs: []\n'],
  ['text that is no YAML', 'outs: [\n'],
  ['an empty file', ''],
  ['a key that DVC does not know', `${outs()}x: 1\n`],
  ['a command', `cmd: rm -rf /\n${outs()}`],
  ['an output with a key that DVC does not know', outs('  x: 1')],
  ['two documents', `${outs()}---\n${outs()}`],
  ['a directive', `%YAML 1.1\n---\n${outs()}`],
  ['an anchor and its alias', `desc: &a ${MD5}\nouts:\n- md5: *a\n  hash: md5\n  path: a\n`],
  ['a merge key', `${outs('  <<: {md5: 0}')}`],
  ['a tag', `outs:\n- md5: !!str ${MD5}\n  hash: md5\n  path: a\n`],
  ['a doubled key', outs(`  md5: ${MD5}`)],
  ['more tokens than are read', `${outs()}desc: [${'[],'.repeat(100_000)}]\n`],
  ['lists in lists in lists', `${outs()}meta: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`],
  ['the key __proto__', outs('  __proto__: {polluted: yes}')],
  ['a line end of another kind', outs(`  desc: x\u2028  push: false`)],
  ['a byte order mark', `\ufeff${outs()}`],
  ['a path outside of the repository', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: ../../../etc/passwd\n`],
  ['a path that is the repository', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: ..\n`],
  ['an absolute path', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: /etc/passwd\n`],
  ['an absolute working directory', `wdir: /etc\n${outs()}`],
  ['a working directory outside of the repository', `wdir: ../..\n${outs()}`],
  ['a path with a line end', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: "a\\nb@${MD5}"\n`],
  ['a path that is very long', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: ${'a/'.repeat(600)}a\n`],
  ['a negative size', outs('  size: -1')],
  ['a size beyond what a number holds', outs('  size: 9999999999999999')],
  ['an import without a commit', `deps:\n- path: x\n  repo: {url: 'https://a.example.com/a'}\n${outs()}`],
])('fails on %s', (_what, text) => {
  expect(errorOf(text).kind).toBe('malformed');
});

test.each([
  ['a cloud-versioned output', outs('  cloud: {storage: {etag: x}}')],
  ['a cloud-versioned directory', outs('  files: [{relpath: a}]')],
  ['an output outside of the repository', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: s3://bucket/x\n`],
  ['another hash', `outs:\n- md5: ${MD5}\n  hash: sha256\n  path: a\n`],
  ['an import from a database', `deps:\n- db: {query: x}\n${outs()}`],
])('says that %s is not supported', (_what, text) => {
  expect(errorOf(text).kind).toBe('unsupported');
});

test('a message repeats no text of any length', () => {
  const long = 'x'.repeat(100_000);
  for (const text of [outs(`  ${long}: 1`), `wdir: /${long}\n${outs()}`, outs(`  size: ${long}`), `outs: "${long}`]) {
    expect(errorOf(text).message.length).toBeLessThan(2000);
  }
});

test('whatever the text, the answer is outputs or a MetafileError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.string().map((s) => outs(`  desc: ${s}`)),
      ),
      (text) => {
        try {
          return readMetafile('data/x.dvc', text).outputs.every(({ md5 }) => /^[0-9a-f]{32}(\.dir)?$/.test(md5));
        } catch (error) {
          return error instanceof MetafileError;
        }
      },
    ),
  );
});
