import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isAlive, type ProcessIdentity, signalProcess } from './process-identity';
import { environmentDirectory, projectRoot } from './project-paths';

const STOP_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 25;

const python = join(environmentDirectory('emulator'), 'bin', 'python');
const guard = join(projectRoot, 'sandbox', 'process_guard.py');

export interface GuardedProcess {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
}

export interface GuardedProcessOptions {
  /** A module of the emulator's Python environment. */
  readonly module: string;
  readonly environment: Record<string, string>;
  readonly log: string;
  /** Whether it outlives this process. If not, it ends with it, however that ends. */
  readonly detached: boolean;
}

/** Starts a module under a guard, which takes everything with it that the module starts. */
export function startGuardedProcess(options: GuardedProcessOptions): GuardedProcess {
  mkdirSync(dirname(options.log), { recursive: true });
  const log = openSync(options.log, 'a', 0o600);
  try {
    const lifeline = options.detached ? [] : ['--lifeline'];
    const child = spawn(python, ['-I', guard, ...lifeline, python, '-m', options.module], {
      cwd: projectRoot,
      env: options.environment,
      stdio: [options.detached ? 'ignore' : 'pipe', log, log],
      // a session of its own: ctrl-c at a terminal goes to the supervisor, which ends its processes in order.
      detached: true,
    });
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (!identity) throw new Error(`${python} could not be started: run npm run setup`);
    // neither the process nor its lifeline keeps this one from ending.
    child.unref();
    (child.stdin as { unref?: () => void } | null)?.unref?.();
    return { child, identity };
  } finally {
    closeSync(log);
  }
}

/** Ends a guard and all that it guards, and returns when they are gone. */
export async function stopGuardedProcess(identity: ProcessIdentity): Promise<void> {
  signalProcess(identity, 'SIGTERM');
  const deadline = Date.now() + STOP_MILLISECONDS;
  while (isAlive(identity)) {
    if (Date.now() > deadline) {
      signalProcess(identity, 'SIGKILL');
    }
    await sleep(POLL_MILLISECONDS);
  }
}
