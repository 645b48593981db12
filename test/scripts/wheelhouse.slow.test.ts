import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate, scriptsDirectory } from './evaluate';

const SCRIPT = 'wheelhouse.mjs';
const GOOD = { '--python': '3.12', '--platform': 'manylinux_2_28_x86_64' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wheelhouse-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function run(options: Record<string, string>) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(scriptsDirectory, SCRIPT), ...Object.entries(options).flat()],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return { status, reason: stderr.split('\n')[0], usage: stderr.includes('usage: node scripts/wheelhouse.mjs') };
}

test.each([
  [{ '--python': '3' }, '--python is 3, must be a version such as 3.12'],
  [{ '--python': '2.17' }, '--python is 2.17, must be a version such as 3.12'],
  [{ '--platform': 'linux' }, '--platform is linux, must be manylinux_2_<minor>_x86_64 or manylinux_2_<minor>_aarch64'],
  [
    { '--platform': 'manylinux_2_12_x86_64' },
    '--platform is manylinux_2_12_x86_64: a C library before 2.17 is not supported; choose another image',
  ],
  [{ '--colour': 'red' }, expect.stringContaining("Unknown option '--colour'")],
])('%j is refused with the usage, and nothing is made', (wrong, reason) => {
  const output = join(directory, 'wheels');
  expect(run({ ...GOOD, '--output': output, ...wrong })).toEqual({ status: 64, reason, usage: true });
  expect(existsSync(output)).toBe(false);
});

test.each([
  ['--python', '--python is missing, must be a version such as 3.12'],
  ['--platform', '--platform is missing, must be manylinux_2_<minor>_x86_64 or manylinux_2_<minor>_aarch64'],
  ['--output', '--output is missing: name a directory'],
])('%s has to be given', (name, reason) => {
  const { [name]: _, ...others } = { ...GOOD, '--output': join(directory, 'wheels') } as Record<string, string>;
  expect(run(others)).toEqual({ status: 64, reason, usage: true });
});

test('a directory with something in it is refused and kept', () => {
  writeFileSync(join(directory, 'mine'), 'x');
  const reason = `--output is ${directory}, which is not empty: remove it or name another directory`;
  expect(run({ ...GOOD, '--output': directory })).toEqual({ status: 64, reason, usage: true });
  expect(existsSync(join(directory, 'mine'))).toBe(true);
});

test('a platform runs the wheels for its own C library and for each older one', () => {
  const { tags, uvPlatform } = evaluate(SCRIPT, "m.platformTags('manylinux_2_28_aarch64')") as {
    tags: string[];
    uvPlatform: string;
  };
  expect(uvPlatform).toBe('aarch64-manylinux_2_28');
  expect(tags[0]).toBe('manylinux_2_28_aarch64');
  expect(tags).toEqual(expect.arrayContaining(['manylinux_2_17_aarch64', 'manylinux2014_aarch64']));
  expect(tags).not.toContain('manylinux_2_29_aarch64');
  expect(tags.every((tag) => tag.endsWith('_aarch64'))).toBe(true);
});

test('the lock names each wheel with the hash of its bytes', () => {
  writeFileSync(join(directory, 'b_c-1.0.post1-py3-none-any.whl'), 'bytes');
  writeFileSync(join(directory, 'a-2.0-py3-none-any.whl'), '');
  const digest = (bytes: string) => createHash('sha256').update(bytes).digest('hex');
  expect(evaluate(SCRIPT, `m.requirementsOf(${JSON.stringify(directory)})`)).toBe(
    `a==2.0 --hash=sha256:${digest('')}\nb_c==1.0.post1 --hash=sha256:${digest('bytes')}\n`,
  );
});
