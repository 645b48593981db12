import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipSettings } from './package-index.mjs';
import { environmentsDirectory, projectRoot, requirementsDirectory } from './project.mjs';
import { runCommand } from './run-command.mjs';

const directory = join(environmentsDirectory, 'uv');
const executable = join(directory, 'bin', 'uv');
const stampFile = join(directory, '.complete');
const lock = join(requirementsDirectory, 'uv.txt');

const stamp = () => createHash('sha256').update(readFileSync(lock)).update(executable).digest('hex');

/**
 * The ways to get at a pinned, hash-checked uv, the first that works wins. Distributions split venv, ensurepip
 * and pip off Python, each in its own way; the last way needs nothing of them.
 */
const WAYS = [
  {
    name: 'python -m venv',
    async install(python) {
      await runCommand('python -m venv', python, ['-I', '-m', 'venv', directory]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', lock];
      await runCommand('pip install uv', join(directory, 'bin', 'python'), pip);
    },
  },
  {
    name: 'python -m pip install --target',
    async install(python) {
      const options = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--target', directory];
      await runCommand('pip install uv', python, ['-m', 'pip', 'install', ...options, '-r', lock]);
    },
  },
  {
    name: 'download from the package index',
    async install(python) {
      const { index, certificates } = pipSettings();
      const environment = { ...process.env };
      if (index) environment.PIP_INDEX_URL = index;
      if (certificates) environment.PIP_CERT = certificates;
      const script = join(projectRoot, 'scripts', 'setup', 'download_uv.py');
      await runCommand('download of uv', python, ['-I', script, lock, executable], { environment });
    },
  },
];

export const uvExecutable = executable;

export function uvIsReady() {
  return existsSync(executable) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp();
}

export async function installUv(python) {
  if (uvIsReady()) return;
  const failures = [];
  for (const way of WAYS) {
    rmSync(directory, { recursive: true, force: true });
    try {
      await way.install(python.executable);
      await runCommand('uv --version', executable, ['--version']);
      writeFileSync(stampFile, stamp());
      return;
    } catch (error) {
      failures.push(`${way.name}: ${error.message}`);
    }
  }
  rmSync(directory, { recursive: true, force: true });
  throw new Error(
    'uv, which installs the Python packages, could not be installed in any way. ' +
      'Remedy: give Python its venv module and pip (Debian, Ubuntu: apt-get install python3-venv python3-pip; ' +
      'Fedora: dnf install python3-pip), and set PIP_INDEX_URL if PyPI is not reachable.\n' +
      failures.map((failure) => `  - ${failure.replaceAll('\n', '\n    ')}`).join('\n'),
  );
}
