import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { type ListedFile, readListing } from '../../../core/dvc/listing';
import { environmentDirectory } from '../../../sandbox/project-paths';

const MD5 = '0cc175b9c0f1b6a831c399e269772661';

function read(text: string | Buffer): ListedFile[] | undefined {
  const files: ListedFile[] = [];
  return readListing(Buffer.from(text), (file) => files.push(file)) === undefined ? undefined : files;
}

const entry = (relpath: string, md5 = MD5) => `{"md5": "${md5}", "relpath": "${relpath}"}`;

test('a listing as DVC writes it is read file by file', () => {
  // as DVC writes it: https://github.com/treeverse/dvc-data, hashfile/tree.py.
  const text = `[${entry('A.csv')}, ${entry('train/a.csv')}, ${entry('\\u00e9/b.csv')}]`;
  expect(read(text)).toEqual(['A.csv', 'train/a.csv', 'é/b.csv'].map((relpath) => ({ md5: MD5, relpath })));
});

test('an empty directory has an empty listing', () => {
  expect(read('[]')).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['no list', '{}'],
  ['an end that is missing', `[${entry('a')}`],
  ['something behind the end', `[${entry('a')}] `],
  ['a comma too many', `[${entry('a')}, ]`],
  ['other spaces', `[{"md5":"${MD5}","relpath":"a"}]`],
  ['other keys', `[{"md5": "${MD5}", "relpath": "a", "size": 1}]`],
  ['a key twice', `[{"md5": "${MD5}", "md5": "${MD5}", "relpath": "a"}]`],
  ['a digest that is none', `[${entry('a', 'x')}]`],
  ['a digest in capitals', `[${entry('a', MD5.toUpperCase())}]`],
  ['the digest of a directory', `[${entry('a', `${MD5}.dir`)}]`],
  ['a path twice', `[${entry('a')}, ${entry('a')}]`],
  ['paths out of order', `[${entry('b')}, ${entry('a')}]`],
  ['an absolute path', `[${entry('/etc/passwd')}]`],
  ['a path that climbs', `[${entry('a/../../b')}]`],
  ['a path with an empty part', `[${entry('a//b')}]`],
  ['a path of the folder itself', `[${entry('.')}]`],
  ['an empty path', `[${entry('')}]`],
  ['a path with a zero byte', `[${entry('a\\u0000')}]`],
  ['letters that are not escaped', `[${entry('é')}]`],
  ['letters that are escaped without need', `[${entry('\\u0061')}]`],
  ['escapes in capitals', `[${entry('\\u00E9')}]`],
  ['an escape that is cut short', `[${entry('\\u00')}]`],
])('fails on %s', (_what, text) => {
  expect(read(text)).toBeUndefined();
});

test('a listing of very many files is handed over file by file', () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => entry(`f${String(index).padStart(7, '0')}`));
  let count = 0;
  expect(
    readListing(Buffer.from(`[${lines.join(', ')}]`), () => {
      count += 1;
    }),
  ).toBe(200_000);
  expect(count).toBe(200_000);
});

test('DVC itself writes what is read here, and names it by the same digest', () => {
  const part = fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ minLength: 1 }),
    )
    .filter((text) => !/[/\0\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')))
    .filter((text) => text !== '.' && text !== '..');
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const trees = fc.sample(fc.uniqueArray(path, { maxLength: 20 }), { numRuns: 300, seed: 1 });
  const program = [
    'import json, sys',
    'from dvc_data.hashfile.hash_info import HashInfo',
    'from dvc_data.hashfile.meta import Meta',
    'from dvc_data.hashfile.tree import Tree',
    'answers = []',
    'for paths in json.load(sys.stdin):',
    '    tree = Tree()',
    '    for path in paths:',
    `        tree.add(tuple(path.split("/")), Meta(), HashInfo("md5", "${MD5}"))`,
    '    tree.digest()',
    '    answers.append([tree.as_bytes().decode(), tree.oid, [entry["relpath"] for entry in tree.as_list()]])',
    'json.dump(answers, sys.stdout)',
  ].join('\n');
  const answers = JSON.parse(
    execFileSync(join(environmentDirectory('jobs'), 'bin', 'python'), ['-c', program], {
      input: JSON.stringify(trees),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }),
  ) as [string, string, string[]][];
  expect(answers).toHaveLength(trees.length);
  for (const [text, name, paths] of answers) {
    expect(read(text)?.map(({ relpath }) => relpath)).toEqual(paths);
    expect(`${createHash('md5').update(text).digest('hex')}.dir`).toBe(name);
  }
});
