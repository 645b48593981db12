import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * When a process started, in the words of the system; undefined if there is none. Together with the id it names one
 * process for good, because ids are used again.
 */
export function processStart(pid) {
  if (existsSync('/proc/self/stat')) {
    try {
      // the name of the program stands in parentheses and may hold spaces and parentheses itself.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
      throw error;
    }
  }
  const result = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return result.stdout.trim() || undefined;
}
