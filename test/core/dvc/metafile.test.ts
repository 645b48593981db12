import * as fc from 'fast-check';
import { MetafileError, readMetafile } from '../../../core/dvc/metafile';

const MD5 = '14b2c53346e4c151581173b95270ebf2';

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

test('a directory is read with its size and number of files', () => {
  const text = `outs:\n- md5: ${MD5}.dir\n  size: 123456\n  nfiles: 3\n  hash: md5\n  path: train\n`;
  expect(readMetafile('data/train.dvc', text)).toEqual([
    { path: 'data/train', md5: `${MD5}.dir`, sizeBytes: 123456, files: 3 },
  ]);
});

test('a file at the top of the repository keeps its bare path', () => {
  expect(readMetafile('raw.csv.dvc', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: raw.csv\n`)).toEqual([
    { path: 'raw.csv', md5: MD5 },
  ]);
});

test('a digest that YAML could take for a number stays a text', () => {
  const numeric = '12345678901234567890123456789012';
  expect(readMetafile('a.dvc', `outs:\n- md5: ${numeric}\n  hash: md5\n  path: a\n`)[0]?.md5).toBe(numeric);
});

test.each([
  ['no digest', 'outs:\n- path: a\n  hash: md5\n'],
  ['a digest that is none', 'outs:\n- md5: 1234e10\n  hash: md5\n  path: a\n'],
  ['no outputs', 'outs: []\n'],
  ['text that is no YAML', 'outs: [\n'],
  ['an empty file', ''],
  ['two documents', `${outs()}---\n${outs()}`],
  ['an anchor and its alias', `x: &a ${MD5}\nouts:\n- md5: *a\n  hash: md5\n  path: a\n`],
  ['a merge key', `${outs('  <<: {md5: 0}')}`],
  ['a tag', `outs:\n- md5: !!str ${MD5}\n  hash: md5\n  path: a\n`],
  ['a doubled key', outs(`  md5: ${MD5}`)],
  ['a path outside of the repository', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: ../../../etc/passwd\n`],
  ['an absolute path', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: /etc/passwd\n`],
  ['a negative size', outs('  size: -1')],
])('fails on %s', (_what, text) => {
  expect(errorOf(text).kind).toBe('malformed');
});

test.each([
  ['an import', `deps:\n- path: a\n${outs()}`],
  ['an output of DVC 2', `outs:\n- md5: ${MD5}\n  path: a\n`],
  ['another remote', outs('  remote: elsewhere')],
  ['data that DVC does not keep', outs('  cache: false')],
  ['a cloud-versioned output', outs('  cloud: {storage: {etag: x}}')],
  ['another working directory', `wdir: ..\n${outs()}`],
])('says that %s is not supported', (_what, text) => {
  expect(errorOf(text).kind).toBe('unsupported');
});

test('a key named __proto__ changes no prototype', () => {
  readMetafile('a.dvc', outs('  __proto__: {polluted: yes}'));
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('whatever the text, the answer is datasets or a MetafileError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.string().map((s) => outs(`  desc: ${s}`)),
      ),
      (text) => {
        try {
          return readMetafile('data/x.dvc', text).every(({ md5 }) => /^[0-9a-f]{32}(\.dir)?$/.test(md5));
        } catch (error) {
          return error instanceof MetafileError;
        }
      },
    ),
  );
});
