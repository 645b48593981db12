import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isAlive, type ProcessIdentity, signalProcess } from './process-identity';

const POLL_MILLISECONDS = 50;
const KILL_MILLISECONDS = 10_000;

/**
 * Processes that were started for an instance: its data directory stands in their environment. Nobody else's do, because
 * the environment for clients does not hold it. Linux only: elsewhere the guards must do.
 */
export function findLeftovers(data: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const mark = `SANDBOX_DIRECTORY=${data}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => environmentOf(name).includes(mark))
    .map((name) => identifyProcess(Number(name)))
    .filter((identity) => identity !== undefined);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch (error) {
    // it has ended, or it is somebody else's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Kills what is left of an instance, and returns when it is gone. */
export async function killLeftovers(data: string): Promise<number> {
  const killed = new Set<number>();
  const deadline = Date.now() + KILL_MILLISECONDS;
  for (;;) {
    const leftovers = findLeftovers(data).filter(isAlive);
    if (leftovers.length === 0) return killed.size;
    if (Date.now() > deadline) {
      const pids = leftovers.map(({ pid }) => pid).join(', ');
      throw new Error(`these processes of ${data} do not end: ${pids}. End them by hand: kill -9 ${pids}`);
    }
    for (const leftover of leftovers) {
      killed.add(leftover.pid);
      signalProcess(leftover, 'SIGKILL');
    }
    await sleep(POLL_MILLISECONDS);
  }
}
