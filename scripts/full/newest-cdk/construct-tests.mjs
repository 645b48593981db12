import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../setup/project.mjs';
import { runChild } from '../../setup/run-child.mjs';
import { readJestReport, settle } from '../../testing/test-programs.mjs';
import { asHere } from './consumer.mjs';

const TOOLS = ['@cloud-copilot/iam-simulate', 'cdk-nag', 'jest', 'ts-jest', 'typescript', '@types/jest', '@types/node'];
const NEEDED = [
  ...[
    'lib',
    'assets',
    'test/lib',
    'test/nag.slow.test.ts',
    'test/e2e/scripts',
    'test/project-files.ts',
    'scripts/testing/jest-temporary-folder.mjs',
    'scripts/testing/jest-remove-temporary-folder.mjs',
    'docs/security.md',
    'README.md',
  ],
  ...['package.json', 'jest.config.js', 'tsconfig.json'],
];
/** They are about what DVC reads, and run it from the environments of this project. */
const ABOUT_DVC = ['dvc-configuration.slow.test.ts', 'first-commit.slow.test.ts'];
const isAboutCdk = (path) => !ABOUT_DVC.includes(basename(path));

/** Runs a copy of the tests of the constructs with the CDK that the consumer has installed. */
export async function runConstructTests(consumer, wanted) {
  await consumer.install(...TOOLS.map(asHere));
  const { version } = JSON.parse(readFileSync(consumer.module('aws-cdk-lib', 'package.json'), 'utf8'));
  if (`aws-cdk-lib@${version}` !== wanted)
    throw new Error(`the tools brought aws-cdk-lib ${version} along, not ${wanted}`);

  // below the consumer, so that its modules are found.
  const copy = join(consumer.directory, 'copy');
  mkdirSync(copy);
  for (const path of NEEDED) cpSync(join(projectRoot, path), join(copy, path), { recursive: true, filter: isAboutCdk });
  const report = join(consumer.home, 'jest.json');
  const jest = consumer.module('jest', 'bin', 'jest.js');
  const args = [jest, '--selectProjects', 'unit', 'slow', '--json', '--outputFile', report];
  // as in the unit tests: nag packs are validated by the tests that are about them.
  const environment = { ...process.env, CDK_VALIDATION: 'false' };
  const code = await runChild(process.execPath, args, { environment, directory: copy });
  return settle(existsSync(report) ? readJestReport(readFileSync(report, 'utf8')) : undefined, code, 'jest');
}
