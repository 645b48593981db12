import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uvEnvironment } from './package-index.mjs';
import { environmentsDirectory, projectRoot, requirementsDirectory } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { uvExecutable } from './uv.mjs';

/** One virtual environment for each, because their requirements cannot be met together. */
export const PYTHON_SETS = ['emulator', 'jobs', 'mlflow', 'checks'];

/** Of use to nothing but the benchmarks, which set them up when they run. */
export const BENCH_SETS = ['bench-skinny', 'bench-full'];

/** Of use to nothing but the slow tests, which set them up when they run. */
export const FULL_TEST_SETS = ['aws-cli'];

// without it the first start of each server would compile some thousand modules, while somebody waits for it.
const COMPILED_SETS = new Set(['emulator', 'jobs', 'mlflow', ...BENCH_SETS, ...FULL_TEST_SETS]);

export const environmentDirectory = (set) => join(environmentsDirectory, set);
const lockFile = (set) => join(requirementsDirectory, `${set}.txt`);
const stampFile = (set) => join(environmentDirectory(set), '.complete');
const lockDigest = (set) =>
  createHash('sha256')
    .update(readFileSync(lockFile(set)))
    .digest('hex');

function readStamp(set) {
  if (!existsSync(stampFile(set))) return undefined;
  return JSON.parse(readFileSync(stampFile(set), 'utf8'));
}

/**
 * Whether the environment of a set was finished, from this lock, in this place (its scripts name the place), with
 * an interpreter that is still there. Of which version is only asked when an interpreter is given.
 */
export function environmentIsReady(set, python) {
  const stamp = readStamp(set);
  return (
    stamp !== undefined &&
    stamp.lock === lockDigest(set) &&
    stamp.directory === environmentDirectory(set) &&
    existsSync(join(environmentDirectory(set), 'bin', 'python')) &&
    (python === undefined || (stamp.python.executable === python.executable && stamp.python.version === python.version))
  );
}

/**
 * Makes the environment anew. The stamp is written last: an environment whose making was killed has none, and the
 * next set-up begins it again. (It is not made elsewhere and renamed, because its scripts name their place.)
 */
export async function installEnvironment(set, python) {
  const directory = environmentDirectory(set);
  rmSync(directory, { recursive: true, force: true });
  const options = { environment: uvEnvironment(), directory: projectRoot };
  const interpreter = ['--python', python.executable];
  await runCommand(`uv venv (${set})`, uvExecutable, ['venv', '--quiet', ...interpreter, directory], options);
  const install = ['pip', 'install', '--quiet', '--require-hashes', '--python', join(directory, 'bin', 'python')];
  if (COMPILED_SETS.has(set)) install.push('--compile-bytecode');
  await runCommand(`uv pip install (${set})`, uvExecutable, [...install, '-r', lockFile(set)], options);
  writeFileSync(stampFile(set), JSON.stringify({ lock: lockDigest(set), directory, python }));
}
