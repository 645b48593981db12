import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readMetafile } from '../../../core/dvc/metafile';
import { MetafileError } from '../../../core/dvc/metafile-error';
import { environmentDirectory } from '../../../sandbox/project-paths';

// DVC's own parser and schema, in one process for all texts; null where it refuses the file.
const PROGRAM = `
import json, sys
from dvc.schema import COMPILED_SINGLE_STAGE_SCHEMA
from dvc.utils.serialize import parse_yaml
answers = []
for text in json.load(sys.stdin):
    try:
        document = COMPILED_SINGLE_STAGE_SCHEMA(parse_yaml(text, "x.dvc"))
        answers.append([[out.get("md5"), out["path"], out.get("size"), out.get("cache", True)] for out in document["outs"]])
    except Exception:
        answers.append(None)
json.dump(answers, sys.stdout)
`;

type Answer = [md5: string | null, path: string, size: number | null, cache: boolean][] | null;

function asDvc(texts: readonly string[]): Answer[] {
  return JSON.parse(
    execFileSync(join(environmentDirectory('jobs'), 'bin', 'python'), ['-c', PROGRAM], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  ) as Answer[];
}

function asWe(text: string): Answer {
  try {
    const { outputs, hasUncached } = readMetafile('x.dvc', text);
    return hasUncached ? [] : outputs.map(({ md5, path, sizeBytes }) => [md5, path, sizeBytes ?? null, true]);
  } catch (error) {
    if (error instanceof MetafileError) {
      return null;
    }
    throw error;
  }
}

const hex = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: 32, maxLength: 32 });
const md5 = fc.oneof(hex('0123456789abcdef'), hex('0123456789'), hex('0123456789e'), hex('0000000000001e'));
const style = fc.constantFrom(
  (text: string) => text,
  (text: string) => `'${text}'`,
  (text: string) => `"${text}"`,
  (text: string) => `${text}.dir`,
);
const path = fc.oneof(
  fc.constantFrom(
    'train',
    '2026-01-01',
    '2026-1-1 10:00',
    '1e5',
    '.5',
    '0x1f',
    '0o7',
    '1_000',
    'null',
    '~',
    'yes',
    'true',
  ),
  fc.stringMatching(/^[0-9a-z._+-]{1,8}$/),
);
const mostly = (usual: string, others: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });

const size = fc.constantFrom('1', '01', '0', '1_0', '0x1', '1e3', '12:30', '"5"', '-1', '');
const strange = fc.constantFrom(
  '',
  '\r\n',
  '\u0085',
  '\u2028',
  '\u2029',
  '\r',
  '\ufeff',
  '\t',
  '\u00a0',
  '#',
  ' #',
  '  ',
);

const metafile = fc
  .record({
    md5,
    style,
    path: mostly('train', path),
    size: mostly('1', size),
    strange: mostly('\n', strange),
    cache: mostly('', fc.constantFrom('true', 'False', 'no', 'off')),
  })
  .map(({ md5: digest, style: write, path: name, size: bytes, strange: text, cache }) =>
    [
      'outs:',
      `- md5: ${write(digest)}`,
      bytes && `  size: ${bytes}`,
      '  hash: md5',
      `  path: ${name}`,
      cache && `  cache: ${cache}`,
      `  desc: x${text}  persist: true\n`,
    ]
      .filter(Boolean)
      .join('\n'),
  );

test('what is read from a .dvc file is what DVC reads from it, or the file is refused', () => {
  const texts = fc.sample(metafile, { numRuns: 1000, seed: 7 });
  const others = asDvc(texts);
  let [read, refusedByUs] = [0, 0];
  for (const [index, text] of texts.entries()) {
    const [ours, theirs] = [asWe(text), others[index]];
    if (ours === null) {
      refusedByUs += 1;
      continue;
    }
    read += 1;
    const kept = theirs?.filter(([, , , cache]) => cache) ?? theirs;
    expect({ text, read: ours }).toEqual({ text, read: kept });
  }
  // control: neither side refuses everything.
  expect(read).toBeGreaterThan(100);
  expect(refusedByUs).toBeGreaterThan(100);
});

test('control: DVC reads other values than stand in some of these texts', () => {
  const text = `outs:\n- md5: 0${'1'.repeat(31)}\n  hash: md5\n  path: a\n`;
  expect(asDvc([text])).toEqual([[['1'.repeat(31), 'a', null, true]]]);
});
