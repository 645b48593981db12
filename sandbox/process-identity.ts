import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** One process for good: ids are used again, together with the start they are not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

const isMissing = (error: unknown) => ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');

/** When a process started, in the words of the system; undefined if it is gone. */
function processStart(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) {
    const result = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return result.stdout.trim() || undefined;
  }
  try {
    // the name of the program stands in parentheses and may hold spaces and parentheses itself.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const start = processStart(pid);
  return start === undefined ? undefined : { pid, start };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processStart(identity.pid) === identity.start;
}

/** Signals this very process; answers whether it was there. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
