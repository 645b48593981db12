import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { MetafileError } from '../../../core/dvc/metafile-error';
import { readSettings, remotesOf } from '../../../core/dvc/settings';
import { environmentDirectory } from '../../../sandbox/project-paths';

// DVC's own reading of a settings file, in one process for all texts; null where it refuses the file.
const PROGRAM = `
import json, sys, tempfile, os
from dvc.config import Config
# a list is no address and no name; a text with a comma stands for it.
def plain(value):
    return ",".join(value) + "," if isinstance(value, list) else value
answers = []
for text in json.load(sys.stdin):
    with tempfile.NamedTemporaryFile("wb", delete=False) as file:
        file.write(text.encode())
    try:
        found = Config.load_file(file.name)
        remotes = {name: plain(section.get("url")) for name, section in found.get("remote", {}).items()}
        answers.append([plain(found.get("core", {}).get("remote")), remotes])
    except Exception:
        answers.append(None)
    finally:
        os.unlink(file.name)
json.dump(answers, sys.stdout)
`;

type Answer = [standard: string | null, remotes: Record<string, string | null>] | null;

function asDvc(texts: readonly string[]): Answer[] {
  return JSON.parse(
    execFileSync(join(environmentDirectory('jobs'), 'bin', 'python'), ['-c', PROGRAM], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }),
  ) as Answer[];
}

function asWe(text: string): Answer {
  try {
    const settings = readSettings('.dvc/config', text);
    const remotes = [...remotesOf(settings)].map(([name, section]) => [name, section.get('url') ?? null] as const);
    return [settings.get('core')?.get('remote') ?? null, Object.fromEntries(remotes)];
  } catch (error) {
    if (error instanceof MetafileError) {
      return null;
    }
    throw error;
  }
}

// what has a comma is a list to DVC; neither side takes it for the platform's remote.
function withoutLists(answer: Answer): Answer {
  const plain = (text: string | null) => (text?.includes(',') ? 'a list' : text);
  return (
    answer && [plain(answer[0]), Object.fromEntries(Object.entries(answer[1]).map(([name, url]) => [name, plain(url)]))]
  );
}

const value = fc.constantFrom(
  'storage',
  's3://bucket/dvc',
  's3://bucket/dvc # x',
  's3://bucket/dvc#x',
  '"s3://bucket/dvc"',
  "'s3://bucket/dvc' # x",
  "'a' b",
  'a, b',
  'a,',
  ',',
  '"a, b"',
  "'''a",
  "'''a'''",
  '%(remote)s',
  '$x',
  '',
  '""',
  'a = b',
  '[a]',
  'x\u2028url = other',
  'x\u0085url = other',
  'x\furl = other',
  'x\vurl = other',
  '\u00a0x',
);
const row = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '  ', '\t'),
      fc.constantFrom('remote', 'url', 'URL', '"url"', 'x', 'a b'),
      fc.constantFrom('=', ' = '),
      value,
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '[core]',
    '[CORE]',
    '["core"]',
    '[ core ]',
    '[\'remote "storage"\']',
    '[\'remote "STORAGE"\'] # x',
    '[remote "storage"]',
    '[[sub]]',
    '[core] x',
    "['remote storage']",
    '# url = x',
    '; url = x',
    'url',
    '',
  ),
);
const assigned = fc
  .tuple(fc.constantFrom('', '  '), fc.constantFrom('url', 'URL', '"url"', 'url '), fc.constantFrom('=', ' = '), value)
  .map((parts) => parts.join(''));
const file = fc
  .record({
    first: fc.array(row, { maxLength: 2 }),
    url: assigned,
    more: fc.array(row, { maxLength: 3 }),
    standard: value,
  })
  .chain(({ first, url, more, standard }) =>
    fc
      .constantFrom('\n', '\r\n', '\n', '\r')
      .map((end) => ['[core]', `remote = ${standard}`, ...first, '[\'remote "storage"\']', url, ...more].join(end)),
  );

test('what is read from DVC settings is what DVC reads from them, or one of both refuses them', () => {
  const texts = fc.sample(file, { numRuns: 3000, seed: 5 });
  const others = asDvc(texts);
  let [read, refused] = [0, 0];
  for (const [index, text] of texts.entries()) {
    const ours = asWe(text);
    if (ours === null) {
      refused += 1;
      continue;
    }
    // settings that DVC refuses lead no pull astray.
    if (others[index] !== null) {
      read += 1;
      expect({ text, read: withoutLists(ours) }).toEqual({ text, read: withoutLists(others[index] ?? null) });
    }
  }
  // control: neither everything nor nothing is refused.
  expect(read).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});
