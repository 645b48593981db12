import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isHealthy } from '../../../sandbox/health';
import { AlreadyUp, NotUp, type ProcessEnded, Sandbox } from '../../../sandbox/instance';
import { dataDirectory, readState } from '../../../sandbox/instance-state';
import { findLeftovers } from '../../../sandbox/leftover-processes';
import { isAlive } from '../../../sandbox/process-identity';
import { projectRoot } from '../../../sandbox/project-paths';

jest.setTimeout(120_000);

const directories: string[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  directories.push(directory);
  return directory;
}

const processesOf = (directory: string) => findLeftovers(dataDirectory(directory)).filter(isAlive);

async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(50);
  }
}

afterAll(async () => {
  for (const directory of directories) {
    await Sandbox.end('any', directory);
    rmSync(directory, { recursive: true, force: true });
  }
});

describe('an instance', () => {
  const directory = newDirectory();
  let sandbox: Sandbox;
  const ends: ProcessEnded[] = [];

  beforeAll(async () => {
    sandbox = await Sandbox.start({ name: 'lifecycle', directory, onProcessEnd: (end) => ends.push(end) });
  });

  afterAll(() => sandbox.stop());

  test('is up when start returns', async () => {
    const { condition, processes } = await sandbox.status();
    expect(condition).toBe('up');
    expect(processes.map(({ name, healthy }) => [name, healthy])).toEqual([
      ['emulator', true],
      ['sagemaker', true],
      ['git', true],
    ]);
  });

  test('is AWS, SageMaker and Git for a client with its environment', async () => {
    const answer = await run('aws-client.py', [
      'import boto3',
      'bucket = "client-test"',
      'boto3.client("s3").create_bucket(Bucket=bucket)',
      'print([b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]])',
      'print(boto3.client("sagemaker").list_training_jobs()["TrainingJobSummaries"])',
    ]);
    expect(answer).toBe("['client-test']\n[]\n");
  });

  test('is refused to a client that does not trust its certificate', async () => {
    const untrusted = newDirectory();
    const stranger = join(untrusted, 'ca.pem');
    writeFileSync(stranger, '');
    expect(await isHealthy(Number(new URL(sandbox.endpoints.git).port), stranger)).toBe(false);
  });

  test('keeps its token to its owner', () => {
    expect(statSync(join(directory, 'instance.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'tls', 'server.key')).mode & 0o777).toBe(0o600);
  });

  test('leaves nothing of another AWS in the environment of a client', () => {
    const base = {
      PATH: '/bin',
      AWS_PROFILE: 'production',
      AWS_SESSION_TOKEN: 'secret',
      MLFLOW_TRACKING_URI: 'https://m',
    };
    const environment = sandbox.processEnvironment(base);
    expect(environment.PATH).toBe('/bin');
    expect(environment.AWS_ENDPOINT_URL).toBe(sandbox.endpoints.aws);
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(environment).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(environment).not.toHaveProperty('MLFLOW_TRACKING_URI');
    // by this variable the processes of the instance are told from those of its clients.
    expect(environment).not.toHaveProperty('SANDBOX_DIRECTORY');
  });

  test('cannot be started twice', async () => {
    await expect(Sandbox.start({ name: 'lifecycle', directory })).rejects.toThrow(AlreadyUp);
    expect((await sandbox.status()).condition).toBe('up');
  });

  test('can be used by another process', () => {
    expect(Sandbox.attach('lifecycle', directory).endpoints).toEqual(sandbox.endpoints);
  });

  test('stands beside another one', async () => {
    const other = await Sandbox.start({ name: 'other', directory: newDirectory() });
    try {
      expect(new Set([...Object.values(other.endpoints), ...Object.values(sandbox.endpoints)]).size).toBe(8);
      expect((await other.status()).condition).toBe('up');
    } finally {
      await other.stop();
    }
    expect((await sandbox.status()).condition).toBe('up');
  });

  test('is empty after a reset, at the same addresses', async () => {
    const before = sandbox.endpoints;
    await sandbox.reset();
    expect(sandbox.endpoints).toEqual(before);
    const answer = await run('empty.py', ['import boto3', 'print(boto3.client("s3").list_buckets()["Buckets"])']);
    expect(answer).toBe('[]\n');
  });

  test('reports a process that ends by itself, with the end of its log', async () => {
    const guard = readState(directory)?.processes.git?.pid;
    const program = processesOf(directory).find(({ pid }) => pid !== guard && commandOf(pid).includes('sandbox.git'));
    if (!program) throw new Error('no process runs sandbox.git');
    process.kill(program.pid, 'SIGKILL');
    await until('the end is reported', () => ends.length > 0);
    expect(ends.map(({ processName }) => processName)).toEqual(['git']);
    expect(ends[0]?.message).toMatch(/git ended \(exit code 137\)[\s\S]*serving /);
    expect((await sandbox.status()).condition).toBe('broken');
  });

  test('leaves no process and no state behind when it is stopped', async () => {
    const before = processesOf(directory);
    expect(before.length).toBeGreaterThanOrEqual(4);
    await sandbox.stop();
    expect(before.filter(isAlive)).toEqual([]);
    expect(processesOf(directory)).toEqual([]);
    expect(readState(directory)).toBeUndefined();
    expect((await sandbox.status()).condition).toBe('down');
    expect(() => Sandbox.attach('lifecycle', directory)).toThrow(NotUp);
  });

  function commandOf(pid: number): string {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      // short-lived processes of the instance come and go.
      return '';
    }
  }

  async function run(name: string, lines: string[]): Promise<string> {
    const script = join(directory, name);
    writeFileSync(script, lines.join('\n'));
    const python = join(projectRoot, '.sandbox', 'environments', 'emulator', 'bin', 'python');
    const child = spawn(python, [script], { env: sandbox.processEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    return output;
  }
});

describe('an instance whose owner is killed', () => {
  test('ends with it', async () => {
    const directory = newDirectory();
    const owner = spawnOwner(directory);
    await until('it is up', () => readState(directory)?.ready === true, 60);
    const processes = processesOf(directory);
    expect(processes.length).toBeGreaterThanOrEqual(6);
    owner.kill('SIGKILL');
    await until('all its processes are gone', () => !processes.some(isAlive));
    expect(processesOf(directory)).toEqual([]);
    // what is left is the state of a dead owner, which a new start takes over.
    const next = await Sandbox.start({ name: 'orphan', directory });
    expect((await next.status()).condition).toBe('up');
    await next.stop();
  });

  test('ends also while it is being started', async () => {
    const directory = newDirectory();
    const owner = spawnOwner(directory);
    await until('the first process runs', () => processesOf(directory).length > 0);
    owner.kill('SIGKILL');
    await until('all its processes are gone', () => processesOf(directory).length === 0);
  });

  function spawnOwner(directory: string) {
    const script = join(newDirectory(), 'owner.ts');
    const module = JSON.stringify(join(projectRoot, 'sandbox', 'instance.ts'));
    const options = JSON.stringify({ name: 'orphan', directory });
    writeFileSync(
      script,
      `import { Sandbox } from ${module};\nvoid Sandbox.start(${options});\nsetInterval(() => {}, 1000);\n`,
    );
    // without tsx's command, which is a process between this one and the owner.
    return spawn(process.execPath, ['--import', 'tsx', script], { cwd: projectRoot, stdio: 'inherit' });
  }
});

describe('a detached instance', () => {
  test('is ended with all it started when its guards were killed', async () => {
    const directory = newDirectory();
    const sandbox = await Sandbox.start({ name: 'detached', directory, detached: true, onProcessEnd: () => {} });
    const state = readState(directory);
    for (const guard of Object.values(state?.processes ?? {})) process.kill(guard.pid, 'SIGKILL');
    await until('it is noticed', async () => (await sandbox.status()).condition !== 'up');
    expect(await Sandbox.end('detached', directory)).toBe(true);
    expect(processesOf(directory)).toEqual([]);
  });
});

test('a process that cannot start is named, with the reason it logged, and nothing is left', async () => {
  const directory = newDirectory();
  const start = Sandbox.start({ name: 'failing', directory, startSeconds: 0 });
  await expect(start).rejects.toThrow(/(emulator|sagemaker|git) did not answer within 0 s. The end of .*\.log/);
  expect(processesOf(directory)).toEqual([]);
  expect(readState(directory)).toBeUndefined();
});

test('an occupied port is given up for another', async () => {
  const directory = newDirectory();
  const first = await Sandbox.start({ name: 'ports', directory });
  const port = Number(new URL(first.endpoints.git).port);
  const occupant = createServer((socket) => socket.unref());
  const { stop } = first;
  // between the stop and the new start of a reset, somebody takes the port.
  first.stop = async function occupy(this: Sandbox) {
    await stop.call(this);
    if (!occupant.listening) await once(occupant.listen(port, '127.0.0.1'), 'listening');
  };
  try {
    await first.reset();
    expect(Number(new URL(first.endpoints.git).port)).not.toBe(port);
    expect((await first.status()).condition).toBe('up');
  } finally {
    await first.stop();
    occupant.close();
  }
});

test.each(['', 'Upper', 'a/b', '..', '-a', 'x'.repeat(41)])('%j is refused as a name', async (name) => {
  await expect(Sandbox.start({ name })).rejects.toThrow(/is no name for a sandbox: it must match/);
});
