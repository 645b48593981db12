import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from './free-ports';
import { type GuardedProcess, startGuardedProcess, stopGuardedProcess } from './guarded-process';
import { isHealthy } from './health';
import {
  authorityFile,
  callRecordFile,
  clientEnvironment,
  clientProcessEnvironment,
  emptyConfigFile,
  instanceTlsDirectory,
  loopbackUrl,
  serverEnvironment,
} from './instance-environment';
import {
  claimState,
  dataDirectory,
  type InstancePorts,
  type InstanceState,
  logDirectory,
  PROCESS_NAMES,
  type ProcessName,
  readState,
  removeState,
  writeState,
} from './instance-state';
import { findLeftovers, killLeftovers } from './leftover-processes';
import { readLogTail } from './log-tail';
import { identifyProcess, isAlive } from './process-identity';
import { defaultInstanceDirectory, requireSetUp, tlsDirectory } from './project-paths';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const START_ATTEMPTS = 3;
const DEFAULT_START_SECONDS = 90;
const HEALTH_POLL_MILLISECONDS = 50;
const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,39}$/;
const PORT_TAKEN = /address already in use|EADDRINUSE/i;

export interface SandboxOptions {
  /** Lower-case letters, digits and hyphens. Instances of different names know nothing of each other. */
  readonly name: string;
  /** Where its state and logs lie; by default .sandbox/instances/<name>. */
  readonly directory?: string;
  /** Whether it goes on when this process ends. By default it ends with it, however that ends. */
  readonly detached?: boolean;
  /** How long each process may take until it answers. */
  readonly startSeconds?: number;
  /** Whether each different call of a role is kept, with the answer; see callRecord. */
  readonly recordCalls?: boolean;
  /** Told when a process ends that nobody stopped; by default it is printed. */
  readonly onProcessEnd?: (end: ProcessEnded) => void;
}

export interface Endpoints {
  readonly aws: string;
  readonly sagemaker: string;
  readonly mlflow: string;
  readonly git: string;
}

export interface ProcessStatus {
  readonly name: ProcessName;
  readonly running: boolean;
  readonly healthy: boolean;
  readonly pid: number | undefined;
  readonly log: string;
}

export interface SandboxStatus {
  readonly condition: 'up' | 'starting' | 'broken' | 'down';
  readonly processes: readonly ProcessStatus[];
}

export class AlreadyUp extends Error {
  constructor(readonly state: InstanceState) {
    super(`The sandbox ${state.name} is already ${state.ready ? 'up' : 'starting'} (process ${state.owner.pid})`);
    this.name = 'AlreadyUp';
  }
}

export class NotUp extends Error {
  constructor(name: string) {
    super(`The sandbox ${name} is not up: start it with npm run sandbox -- up`);
    this.name = 'NotUp';
  }
}

export class ProcessEnded extends Error {
  constructor(
    readonly processName: ProcessName,
    outcome: string,
    readonly log: string,
  ) {
    super(`${processName} ended (${outcome}). The end of ${log}:\n${readLogTail(log)}`);
    this.name = 'ProcessEnded';
  }
}

const logFile = (directory: string, name: ProcessName) => join(logDirectory(directory), `${name}.log`);

/** Whether somebody still works on or in this instance, as opposed to its remains. */
function isInUse(state: InstanceState): boolean {
  const guards = Object.values(state.processes);
  if (guards.some(isAlive)) return state.detached || isAlive(state.owner);
  return !state.ready && isAlive(state.owner);
}

async function sweep(state: InstanceState): Promise<void> {
  await Promise.all(Object.values(state.processes).map(stopGuardedProcess));
  await killLeftovers(dataDirectory(state.directory));
}

/** One local AWS: its processes, ports and data, apart from those of any other instance. */
export class Sandbox {
  /** Starts an empty instance and returns when all of it answers. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    if (!NAME_PATTERN.test(options.name)) {
      throw new Error(`${JSON.stringify(options.name)} is no name for a sandbox: it must match ${NAME_PATTERN.source}`);
    }
    requireSetUp();
    const directory = resolve(options.directory ?? defaultInstanceDirectory(options.name));
    const sandbox = new Sandbox(await Sandbox.claim(options, directory), options);
    await sandbox.launch();
    return sandbox;
  }

  /** The instance that another process started. */
  static attach(name: string, directory = defaultInstanceDirectory(name)): Sandbox {
    const state = readState(resolve(directory));
    if (!state?.ready || !isInUse(state)) throw new NotUp(name);
    return new Sandbox(state, { name, directory, detached: state.detached });
  }

  /** What there is of an instance, running or not. */
  static async inspect(name: string, directory = defaultInstanceDirectory(name)): Promise<SandboxStatus> {
    const state = readState(resolve(directory));
    if (state) return new Sandbox(state, { name, directory }).status();
    return { condition: 'down', processes: [] };
  }

  /** Ends what there is of an instance, be it whole, broken or only remains. Answers whether there was anything. */
  static async end(name: string, directory = defaultInstanceDirectory(name)): Promise<boolean> {
    const state = readState(resolve(directory));
    if (!state) return (await killLeftovers(dataDirectory(resolve(directory)))) > 0;
    await new Sandbox(state, { name, directory }).stop();
    return true;
  }

  /** Makes the directory this process's own and empty; what a dead owner left is removed first. */
  private static async claim(
    options: SandboxOptions,
    directory: string,
    kept?: Pick<InstanceState, 'ports' | 'gitToken'>,
  ): Promise<InstanceState> {
    const owner = identifyProcess(process.pid);
    if (!owner) throw new Error(`the system does not know this process (${process.pid})`);
    for (;;) {
      const state: InstanceState = {
        name: options.name,
        directory,
        account: ACCOUNT,
        region: REGION,
        ports: kept?.ports ?? (await Sandbox.choosePorts()),
        gitToken: kept?.gitToken ?? randomBytes(24).toString('hex'),
        detached: options.detached ?? false,
        owner,
        ready: false,
        processes: {},
      };
      if (claimState(state)) return state;
      const earlier = readState(directory);
      if (!earlier) continue;
      if (isInUse(earlier)) throw new AlreadyUp(earlier);
      await sweep(earlier);
      removeState(earlier);
    }
  }

  private static async choosePorts(): Promise<InstancePorts> {
    const [emulator = 0, sagemaker = 0, mlflow = 0, git = 0] = await findFreePorts(4);
    return { emulator, sagemaker, mlflow, git };
  }

  private guarded = new Map<ProcessName, GuardedProcess>();
  private stopping = false;

  private constructor(
    private state: InstanceState,
    private readonly options: SandboxOptions,
  ) {}

  get name(): string {
    return this.state.name;
  }

  get directory(): string {
    return this.state.directory;
  }

  get account(): string {
    return this.state.account;
  }

  get region(): string {
    return this.state.region;
  }

  get gitToken(): string {
    return this.state.gitToken;
  }

  get authorityFile(): string {
    return authorityFile(this.state);
  }

  get endpoints(): Endpoints {
    const { emulator, sagemaker, mlflow, git } = this.state.ports;
    return {
      aws: loopbackUrl(emulator),
      sagemaker: loopbackUrl(sagemaker),
      mlflow: loopbackUrl(mlflow),
      git: loopbackUrl(git),
    };
  }

  /** The variables that point a client at this instance. */
  environment(): Record<string, string> {
    return clientEnvironment(this.state);
  }

  /** A whole environment for a client's process: the given one, without what speaks of another AWS. */
  processEnvironment(base: NodeJS.ProcessEnv = process.env): Record<string, string> {
    return clientProcessEnvironment(this.state, base);
  }

  /** What roles asked for and were told, a JSON document in each line; only where calls are recorded. */
  get callRecord(): string {
    return callRecordFile(this.state);
  }

  log(name: ProcessName): string {
    return logFile(this.state.directory, name);
  }

  async status(): Promise<SandboxStatus> {
    const processes = await Promise.all(
      PROCESS_NAMES.map(async (name): Promise<ProcessStatus> => {
        const guard = this.state.processes[name];
        const running = guard !== undefined && isAlive(guard);
        const healthy = running && (await isHealthy(this.state.ports[name], this.authorityFile));
        return { name, running, healthy, pid: guard?.pid, log: this.log(name) };
      }),
    );
    if (!isInUse(this.state)) {
      const remains =
        findLeftovers(dataDirectory(this.state.directory)).length > 0 || processes.some(({ running }) => running);
      return { condition: remains ? 'broken' : 'down', processes };
    }
    if (!this.state.ready) return { condition: 'starting', processes };
    return { condition: processes.every(({ healthy }) => healthy) ? 'up' : 'broken', processes };
  }

  /** Ends all processes and what they started. The logs stay until the next start. */
  async stop(): Promise<void> {
    this.stopping = true;
    await sweep(this.state);
    removeState(this.state);
    this.guarded.clear();
  }

  /** The same instance, empty again, at the same addresses. */
  async reset(): Promise<void> {
    await this.stop();
    this.state = await Sandbox.claim(this.options, this.state.directory, this.state);
    await this.launch();
  }

  private async launch(): Promise<void> {
    this.stopping = false;
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.launchOnce();
          return;
        } catch (error) {
          // between its choice and its use, another process may take a port.
          const taken = error instanceof ProcessEnded && PORT_TAKEN.test(readLogTail(error.log));
          if (!taken || attempt === START_ATTEMPTS) throw error;
          await sweep(this.state);
          this.state = { ...this.state, processes: {}, ports: await Sandbox.choosePorts() };
          writeState(this.state);
        }
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async launchOnce(): Promise<void> {
    const { directory } = this.state;
    for (const remains of [dataDirectory(directory), logDirectory(directory), instanceTlsDirectory(this.state)]) {
      rmSync(remains, { recursive: true, force: true });
    }
    mkdirSync(dataDirectory(directory), { recursive: true });
    writeFileSync(emptyConfigFile(this.state), '');
    // a copy: a set-up that renews the certificate does not disturb who is up.
    cpSync(tlsDirectory, instanceTlsDirectory(this.state), { recursive: true });
    const { recordCalls = false } = this.options;
    const environment = serverEnvironment(this.state, process.env, { recordCalls });
    for (const name of PROCESS_NAMES) {
      const log = this.log(name);
      const detached = this.state.detached;
      const guarded = startGuardedProcess({ module: `sandbox.${name}`, environment, log, detached });
      this.guarded.set(name, guarded);
      this.state = { ...this.state, processes: { ...this.state.processes, [name]: guarded.identity } };
      writeState(this.state);
    }
    await this.waitUntilHealthy();
    this.state = { ...this.state, ready: true };
    writeState(this.state);
    for (const [name, { child }] of this.guarded) {
      child.once('exit', (code, signal) => this.reportEnd(name, signal ?? `exit code ${code}`));
    }
  }

  private reportEnd(name: ProcessName, outcome: string): void {
    if (this.stopping) return;
    const end = new ProcessEnded(name, outcome, this.log(name));
    if (this.options.onProcessEnd) this.options.onProcessEnd(end);
    else process.stderr.write(`sandbox ${this.name}: ${end.message}\n`);
  }

  private async waitUntilHealthy(): Promise<void> {
    const seconds = this.options.startSeconds ?? DEFAULT_START_SECONDS;
    const deadline = Date.now() + seconds * 1000;
    const givingUp = new AbortController();
    try {
      await Promise.all(PROCESS_NAMES.map((name) => this.waitForOne(name, seconds, deadline, givingUp.signal)));
    } finally {
      givingUp.abort();
    }
  }

  private async waitForOne(name: ProcessName, seconds: number, deadline: number, givenUp: AbortSignal): Promise<void> {
    const child = this.guarded.get(name)?.child;
    if (!child) throw new Error(`${name} was not started`);
    // a stranger on the same port may keep the question unanswered while the process has long ended.
    const ended = once(child, 'exit', { signal: givenUp }).then(
      () => 'ended' as const,
      () => 'given up' as const,
    );
    while (!givenUp.aborted) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new ProcessEnded(name, child.signalCode ?? `exit code ${child.exitCode}`, this.log(name));
      }
      const answer = await Promise.race([isHealthy(this.state.ports[name], this.authorityFile, givenUp), ended]);
      if (answer === true) return;
      if (Date.now() > deadline) {
        const tail = readLogTail(this.log(name));
        throw new Error(`${name} did not answer within ${seconds} s. The end of ${this.log(name)}:\n${tail}`);
      }
      await sleep(HEALTH_POLL_MILLISECONDS);
    }
  }
}
