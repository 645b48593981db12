import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { scriptsDirectory } from './evaluate';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'setup-lock-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const url = (script: string) => JSON.stringify(pathToFileURL(join(scriptsDirectory, script)).href);

/** A process that does the work while it holds the lock. */
function holder(work: string) {
  const program = `import { withSetupLock } from ${url('setup/setup-lock.mjs')};
    import { runCommand } from ${url('setup/run-command.mjs')};
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const note = (text) => appendFileSync(${JSON.stringify(join(directory, 'notes'))}, text + '\\n');
    await withSetupLock(async () => { ${work} }, { directory: ${JSON.stringify(directory)} });`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
}

const lock = () => join(directory, 'setup.lock');
const notes = () => (existsSync(join(directory, 'notes')) ? readFileSync(join(directory, 'notes'), 'utf8') : '');

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(20);
  }
}

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

test('two do not work at the same time', async () => {
  const processes = Array.from({ length: 4 }, () => holder("note('in'); await sleep(60); note('out');"));
  const codes = await Promise.all(processes.map(async (process) => (await once(process, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(notes()).toBe('in\nout\n'.repeat(4));
  expect(existsSync(lock())).toBe(false);
}, 30_000);

test('the lock of a killed process is broken, and what it had started is ended', async () => {
  const killed = holder("note('in'); await runCommand('sleep', 'sleep', ['300']);");
  const started = () => JSON.parse(existsSync(lock()) ? readFileSync(lock(), 'utf8') : '{}').commands?.[0]?.pid;
  await until('the command runs', () => started() !== undefined);
  const command = started();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(isRunning(command)).toBe(true);
  const [code] = await once(holder("note('second');"), 'exit');
  expect(code).toBe(0);
  expect(notes()).toBe('in\nsecond\n');
  await until('the command is gone', () => !isRunning(command));
}, 30_000);

test('an id that is used again does not hold the lock', async () => {
  writeFileSync(lock(), JSON.stringify({ pid: process.pid, start: 'another time', commands: [] }));
  const [code] = await once(holder("note('in');"), 'exit');
  expect([code, notes()]).toEqual([0, 'in\n']);
}, 30_000);

test('a signal ends the work, what it started, and the lock', async () => {
  const stopped = holder("await runCommand('sleep', 'sleep', ['300']);");
  const started = () => JSON.parse(existsSync(lock()) ? readFileSync(lock(), 'utf8') : '{}').commands?.[0]?.pid;
  await until('the command runs', () => started() !== undefined);
  const command = started();
  stopped.kill('SIGTERM');
  const [code] = await once(stopped, 'exit');
  expect(code).toBe(143);
  expect(existsSync(lock())).toBe(false);
  await until('the command is gone', () => !isRunning(command));
}, 30_000);
