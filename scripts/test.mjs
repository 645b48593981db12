import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfChanged } from './setup/build-if-changed.mjs';
import { localAwsVariables } from './setup/local-aws-variables.mjs';
import { projectRoot } from './setup/project.mjs';
import { setUp } from './setup/set-up.mjs';
import { lint } from './testing/lint.mjs';
import { NO_TESTS, runSteps } from './testing/run-steps.mjs';
import { runJest, runPytest } from './testing/test-programs.mjs';

const jobsTests = 'test/jobs';

/** The same as in the script test:unit. */
const UNIT_VARIABLES = {
  ...localAwsVariables(),
  // nag packs and template checks have tests of their own; validating at each synth as well takes its time.
  CDK_VALIDATION: 'false',
};

const STEPS = [
  {
    name: 'set-up',
    run: async () => {
      await setUp();
      return NO_TESTS;
    },
  },
  {
    name: 'build',
    run: async () => {
      const code = await buildIfChanged();
      if (code !== 0) throw new Error(`the build ended with exit code ${code}`);
      return NO_TESTS;
    },
  },
  {
    name: 'lint',
    run: async () => {
      const failures = await lint();
      if (failures > 0) throw new Error(`${failures} checks failed`);
      return NO_TESTS;
    },
  },
  { name: 'unit (jest)', run: () => runJest('unit', UNIT_VARIABLES, ['--maxWorkers=100%']) },
  { name: 'slow units (jest)', run: () => runJest('slow', UNIT_VARIABLES, ['--maxWorkers=100%']) },
  { name: 'local AWS (pytest)', run: () => runPytest('emulator', ['test/sandbox', 'test/scripts'], { processes: 2 }) },
  ...(existsSync(join(projectRoot, jobsTests))
    ? [{ name: 'jobs (pytest)', run: () => runPytest('jobs', [jobsTests], { processes: 2 }) }]
    : []),
  { name: 'end to end (jest)', run: () => runJest('e2e', localAwsVariables()) },
];

process.exitCode = await runSteps(STEPS);
