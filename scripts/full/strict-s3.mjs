import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, tlsDirectory } from '../setup/project.mjs';
import { environmentDirectory } from '../setup/python-environments.mjs';
import { runChild, withNodePrograms } from '../setup/run-child.mjs';
import { readJestReport, readPytestReport, settle } from '../testing/test-programs.mjs';
import { startGateway } from './strict-s3/gateway.mjs';
import { installVersitygw } from './strict-s3/versitygw.mjs';

export const name = 'DVC remote on a strict S3';

const TESTS = 'test/strict-s3';

// its files end in .strict.ts, so that no other run picks up what cannot pass without the gateway.
const JEST = {
  rootDir: projectRoot,
  testRegex: [`${TESTS}/.*\\.strict\\.ts$`],
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  testEnvironment: 'node',
};

// the policies come from stacks that are never deployed.
const UNVALIDATED = { CDK_VALIDATION: 'false' };

const read = (file, parse) => (existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined);

async function runPythonTests(place, variables) {
  const report = join(place, 'pytest.xml');
  const python = join(environmentDirectory('jobs'), 'bin', 'python');
  const args = ['-m', 'pytest', '-q', '--basetemp', join(place, 'pytest'), '--junit-xml', report, TESTS];
  const environment = { ...withNodePrograms(), ...variables, ...UNVALIDATED };
  const code = await runChild(python, args, { environment, directory: projectRoot });
  return settle(read(report, readPytestReport), code, 'pytest');
}

async function runTypeScriptTests(place, variables) {
  const report = join(place, 'jest.json');
  const args = ['--config', JSON.stringify(JEST), '--json', '--outputFile', report];
  // Node reads it when it starts.
  const certificates = { NODE_EXTRA_CA_CERTS: join(tlsDirectory, 'ca.pem') };
  const environment = { ...withNodePrograms(), ...variables, ...certificates, ...UNVALIDATED };
  const code = await runChild('jest', args, { environment, directory: projectRoot });
  return settle(read(report, readJestReport), code, 'jest');
}

export async function run() {
  const executable = await installVersitygw();
  const place = mkdtempSync(join(tmpdir(), 'strict-s3-'));
  let gateway;
  try {
    gateway = await startGateway(executable, place);
    const outcomes = [
      await runPythonTests(place, gateway.variables),
      await runTypeScriptTests(place, gateway.variables),
    ];
    const total = (key) => outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
    const reasons = outcomes.flatMap(({ reason }) => reason ?? []);
    const counts = { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
    // each program ran, or the other would hide that this one found no test.
    const idle = outcomes.filter(({ passed, failed }) => passed + failed === 0).length;
    if (idle > 0) reasons.push(`${idle} of ${outcomes.length} test programs ran no test`);
    return { ...counts, failed: counts.failed + idle, ...(reasons.length > 0 && { reason: reasons.join('; ') }) };
  } finally {
    await gateway?.stop();
    rmSync(place, { recursive: true, force: true });
  }
}
