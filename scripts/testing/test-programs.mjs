import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, stateDirectory } from '../setup/project.mjs';
import { environmentDirectory } from '../setup/python-environments.mjs';
import { runChild, withNodePrograms } from '../setup/run-child.mjs';

const reportsDirectory = join(stateDirectory, 'reports');

/** A place for a report in which no earlier one lies. */
function freshReport(name) {
  mkdirSync(reportsDirectory, { recursive: true });
  const file = join(reportsDirectory, name);
  rmSync(file, { force: true });
  return file;
}

/** The counts of a report; a program that failed without a failed test (or without a report) has one. */
export function settle(counts, code, program) {
  if (!counts) return { passed: 0, failed: 1, skipped: 0, reason: `${program} ended with exit code ${code}` };
  if (code === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, reason: `${program} ended with exit code ${code} though no test failed` };
}

export function readJestReport(text) {
  const report = JSON.parse(text);
  return {
    passed: report.numPassedTests,
    // a suite that could not be loaded has no tests to fail.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function readPytestReport(text) {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const [suite] of text.matchAll(/<testsuite\b[^>]*>/g)) {
    const count = (attribute) => Number(new RegExp(`\\b${attribute}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const broken = count('failures') + count('errors');
    failed += broken;
    skipped += count('skipped');
    passed += count('tests') - broken - count('skipped');
  }
  return { passed, failed, skipped };
}

const read = (file, parse) => (existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined);

export async function runJest(project, variables = {}, options = []) {
  const report = freshReport(`jest-${project}.json`);
  const args = ['--selectProjects', project, ...options, '--json', '--outputFile', report];
  const environment = { ...withNodePrograms(), ...variables };
  const code = await runChild('jest', args, { environment, directory: projectRoot });
  return settle(read(report, readJestReport), code, 'jest');
}

/** Runs the Python tests of some directories with one of the Python sets; each file in one of so many processes. */
export async function runPytest(set, directories, { processes = 1 } = {}) {
  const report = freshReport(`pytest-${set}.xml`);
  const python = join(environmentDirectory(set), 'bin', 'python');
  const parallel = processes > 1 ? ['-n', String(processes), '--dist', 'loadfile'] : [];
  const args = ['-m', 'pytest', '-q', ...parallel, '--junit-xml', report, ...directories];
  const code = await runChild(python, args, { directory: projectRoot });
  return settle(read(report, readPytestReport), code, 'pytest');
}
