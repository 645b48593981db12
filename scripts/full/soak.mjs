import { localAwsVariables } from '../setup/local-aws-variables.mjs';
import { projectRoot } from '../setup/project.mjs';
import { runChild, withNodePrograms } from '../setup/run-child.mjs';

export const name = 'soak test, the short one';

// as many jobs as take about three minutes; each kind of job and of fault is among them.
const JOBS = 60;
const SEED = 1;

export async function run() {
  const args = ['test/soak/command.ts', '--jobs', String(JOBS), '--seed', String(SEED)];
  const environment = { ...withNodePrograms(), ...localAwsVariables() };
  const code = await runChild('tsx', args, { environment, directory: projectRoot });
  return code === 0
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0, reason: `the soak test ended with exit code ${code}` };
}
