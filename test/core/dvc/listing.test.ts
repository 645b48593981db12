import { type ListedFile, readListing } from '../../../core/dvc/listing';

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
