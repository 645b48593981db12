import { spawnSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../sandbox/project-paths';

/**
 * Where something was measured, as far as it matters for the numbers.
 */
export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${process.platform} on ${process.arch}`,
    `${availableParallelism()} cores`,
    `${memory} GiB of memory`,
    `Node ${process.versions.node}`,
  ].join(', ');
}

/**
 * The Python in which functions are measured beside ours.
 */
export function describePython(): string {
  const python = join(projectRoot, '.sandbox', 'environments', 'bench-skinny', 'bin', 'python');
  const { stdout } = spawnSync(python, ['-c', 'import platform; print(platform.python_version())'], {
    encoding: 'utf8',
  });
  return `Python ${stdout.trim()}`;
}
