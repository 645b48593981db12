// Synthesizes the app with its fewest settings and has cfn-lint (the first argument) judge the template.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../setup/project.mjs';
import { runChild, withNodePrograms } from '../setup/run-child.mjs';

const [cfnLint] = process.argv.slice(2);
const output = mkdtempSync(join(tmpdir(), 'lint-template-'));
const environment = {
  ...withNodePrograms(),
  CDK_DEFAULT_ACCOUNT: '111122223333',
  CDK_DEFAULT_REGION: 'us-east-1',
};
const context = ['platformName=lint', 'dataRepositoryUrl=https://git.example.com/team/data.git'];
const synth = ['synth', '--quiet', '--strict', `--output=${output}`, ...context.map((pair) => `--context=${pair}`)];
const options = { environment, directory: projectRoot };

try {
  const synthesized = await runChild('cdk', synth, options);
  // W3005: the CDK says dependencies that CloudFormation would find by itself; more than needed does no harm.
  const lint = ['--ignore-checks', 'W3005', '--', join(output, 'ml-lineage-lint.template.json')];
  process.exitCode = synthesized === 0 ? await runChild(cfnLint, lint, options) : synthesized;
} finally {
  rmSync(output, { recursive: true, force: true });
}
