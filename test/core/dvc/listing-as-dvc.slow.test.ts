import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readListing } from '../../../core/dvc/listing';
import { environmentDirectory } from '../../../sandbox/project-paths';

const MD5 = '0cc175b9c0f1b6a831c399e269772661';

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
    const read: string[] = [];
    expect(readListing(Buffer.from(text), ({ relpath }) => read.push(relpath))).toBe(paths.length);
    expect(read).toEqual(paths);
    expect(`${createHash('md5').update(text).digest('hex')}.dir`).toBe(name);
  }
});
