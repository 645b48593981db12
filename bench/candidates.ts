import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../sandbox/project-paths';
import type { FunctionProgram } from './function-process';

/**
 * A function that does the work of the run-tagger.
 */
export interface Candidate {
  readonly name: string;
  readonly program: FunctionProgram;
  /** what its archive would hold. */
  readonly files: readonly string[];
  /** what of it the Lambda runtime brings along, so that it can be left out. */
  readonly inRuntime: readonly string[];
}

const OURS = join(projectRoot, 'assets', 'run-tagger', 'index.js');
const PYTHON_FUNCTION = join(projectRoot, 'bench', 'python-function');

// boto3 and what it needs: https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
const IN_PYTHON_RUNTIME = new Set(['boto3', 'botocore', 'jmespath', 'python-dateutil', 's3transfer', 'six', 'urllib3']);

/**
 * Ours first, then the ones that it is compared with.
 */
export function allCandidates(): [Candidate, ...Candidate[]] {
  return [
    {
      name: 'run-tagger (ours)',
      program: { command: process.execPath, args: [join(projectRoot, 'bench', 'invoke.cjs'), OURS] },
      files: [OURS],
      inRuntime: [],
    },
    pythonFunction('Python, mlflow-skinny', 'bench-skinny'),
    pythonFunction('Python, mlflow', 'bench-full'),
  ];
}

function pythonFunction(name: string, set: string): Candidate {
  const environment = join(projectRoot, '.sandbox', 'environments', set);
  if (!existsSync(join(environment, '.complete'))) {
    throw new Error(`the Python packages of ${set} are not installed: start the benchmarks with npm run bench`);
  }
  const packages = installedPackages(environment);
  return {
    name,
    program: {
      command: join(environment, 'bin', 'python'),
      args: [join(PYTHON_FUNCTION, 'invoke.py'), 'run_tagger'],
    },
    files: [join(PYTHON_FUNCTION, 'run_tagger.py'), ...packages.flatMap(({ files }) => files)],
    inRuntime: packages.filter((installed) => IN_PYTHON_RUNTIME.has(installed.name)).flatMap(({ files }) => files),
  };
}

interface InstalledPackage {
  readonly name: string;
  readonly files: readonly string[];
}

function installedPackages(environment: string): InstalledPackage[] {
  const sitePackages = findSitePackages(environment);
  return readdirSync(sitePackages)
    .filter((entry) => entry.endsWith('.dist-info'))
    .map((entry) => ({
      name: (/^(.+?)-/.exec(entry)?.[1] ?? '').toLowerCase().replaceAll('_', '-'),
      files: recordedFiles(readFileSync(join(sitePackages, entry, 'RECORD'), 'utf8'))
        // an archive for Lambda has neither programs nor what Python has compiled on this machine.
        .filter((file) => !file.startsWith('../') && !file.endsWith('.pyc'))
        .map((file) => join(sitePackages, file)),
    }));
}

/**
 * The paths in a RECORD, which is CSV.
 *
 * @see https://packaging.python.org/en/latest/specifications/recording-installed-packages/
 */
function recordedFiles(record: string): string[] {
  return record
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line))
    .map((match) => match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? '');
}

function findSitePackages(environment: string): string {
  const [version] = readdirSync(join(environment, 'lib')).filter((entry) => /^python3\.\d+$/.test(entry));
  const folder = join(environment, 'lib', version ?? '', 'site-packages');
  if (!version || !statSync(folder).isDirectory()) {
    throw new Error(`${environment} has no site-packages`);
  }
  return folder;
}
