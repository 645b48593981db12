import { join, relative } from 'node:path';
import { uvEnvironment } from './package-index.mjs';
import { projectRoot, requirementsDirectory } from './project.mjs';
import { OLDEST_PYTHON } from './python.mjs';
import { BENCH_SETS, FULL_TEST_SETS, PYTHON_SETS } from './python-environments.mjs';
import { runCommand } from './run-command.mjs';
import { uvExecutable } from './uv.mjs';

const OPTIONS = [
  'pip',
  'compile',
  '--quiet',
  '--universal',
  '--generate-hashes',
  '--no-emit-index-url',
  '--python-version',
  OLDEST_PYTHON,
  // the head of a lock says how to make it, without the paths of the machine where it was made.
  '--custom-compile-command',
  'npm run setup -- --lock',
];

/** Compiles requirements/*.in to requirements/*.txt; what is locked stays, unless the newest is asked for. */
export async function compileLocks(log, { upgrade = false } = {}) {
  for (const set of ['uv', ...PYTHON_SETS, ...BENCH_SETS, ...FULL_TEST_SETS]) {
    const [source, lock] = ['in', 'txt'].map((end) =>
      relative(projectRoot, join(requirementsDirectory, `${set}.${end}`)),
    );
    const args = [...OPTIONS, ...(upgrade ? ['--upgrade'] : []), source, '-o', lock];
    await runCommand(`lock of ${set}`, uvExecutable, args, { environment: uvEnvironment(), directory: projectRoot });
    log(`setup: locked ${lock}`);
  }
}
