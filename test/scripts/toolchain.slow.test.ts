import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'toolchain-'));
});

afterEach(() => rmSync(bin, { recursive: true, force: true }));

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** An interpreter that says this about itself. */
function python(name: string, version: string, { suitable = true, lacks = [] as string[] } = {}): void {
  const answer = { executable: `/opt/${name}`, version, suitable, lacks };
  program(name, `echo '${JSON.stringify(answer)}'`);
}

function git({ withBackend = true } = {}): void {
  if (withBackend) program('git-http-backend', '');
  program('git', `echo ${bin}`);
}

function check(expression = 'm.checkToolchain(process.env)', variables: NodeJS.ProcessEnv = {}): unknown {
  return evaluate('setup/toolchain.mjs', expression, { environment: { PATH: bin, ...variables } });
}

test('a complete machine answers its tools', () => {
  git();
  program('npm', '');
  python('python3', '3.11.7');
  expect(check()).toEqual({ npm: [join(bin, 'npm')], python: { executable: '/opt/python3', version: '3.11.7' } });
});

test('all that is missing is named at once, each with its remedy', () => {
  program('apt-get', '');
  const { error } = check("m.checkToolchain(process.env, { nodeVersion: '18.1.0' })") as { error: string };
  expect(error).toMatch(/nothing was started/);
  expect(error).toMatch(/Node 18\.1\.0 is too old: 20 or newer[^-]*\n +remedy: .*nodejs/);
  expect(error).toMatch(/npm is not on PATH\n +remedy: apt-get install npm/);
  expect(error).toMatch(/git is not on PATH\n +remedy: apt-get install git/);
  expect(error).toMatch(/Python 3\.10 or newer is needed\n +remedy: apt-get install python3 python3-venv/);
});

test.each([
  ['dnf', 'dnf install git'],
  ['brew', 'brew install git'],
  ['apk', 'apk add git git-daemon'],
])('the remedy is in the words of %s', (manager, remedy) => {
  program(manager, '');
  expect((check() as { error: string }).error).toContain(`remedy: ${remedy}\n`);
});

test('without a known package manager the remedies of all are named', () => {
  expect((check() as { error: string }).error).toContain('apt-get install git, or: dnf install git, or: ');
});

test('a git without its server side is not enough', () => {
  git({ withBackend: false });
  program('npm', '');
  python('python3', '3.11.7');
  expect((check() as { error: string }).error).toContain('git has no http-backend in ');
});

test('interpreters that are too old, incomplete or only a name are passed over, and named if none is left', () => {
  git();
  program('npm', '');
  python('python3', '3.9.2', { suitable: false });
  program('python3.13', 'exit 127');
  python('python3.12', '3.12.1', { lacks: ['sqlite3'] });
  expect((check() as { error: string }).error).toContain(
    '(found: python3 is 3.9.2; python3.13 does not run; python3.12 (3.12.1) was built without sqlite3)',
  );
  python('python3.10', '3.10.4');
  expect(check()).toMatchObject({ python: { version: '3.10.4' } });
});

test('PYTHON overrides the search', () => {
  git();
  program('npm', '');
  python('python3', '3.11.7');
  python('my-python', '3.12.9');
  expect(check(undefined, { PYTHON: 'my-python' })).toMatchObject({ python: { version: '3.12.9' } });
  expect(check(undefined, { PYTHON: join(bin, 'my-python') })).toMatchObject({ python: { version: '3.12.9' } });
  const { error } = check(undefined, { PYTHON: 'absent' }) as { error: string };
  expect(error).toMatch(/PYTHON=absent is not on PATH[\s\S]*remedy: set PYTHON to a suitable interpreter/);
});

test('the npm that runs a script is taken before the one on PATH', () => {
  git();
  program('npm', '');
  program('npm-cli.js', '');
  python('python3', '3.11.7');
  const npm = join(bin, 'npm-cli.js');
  expect(check(undefined, { npm_execpath: npm })).toMatchObject({ npm: [process.execPath, npm] });
  symlinkSync(npm, join(bin, 'yarn.js'));
  expect(check(undefined, { npm_execpath: join(bin, 'yarn.js') })).toMatchObject({ npm: [join(bin, 'npm')] });
});
