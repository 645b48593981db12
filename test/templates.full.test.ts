import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentDirectory } from '../sandbox/project-paths';
import { CONSTRUCTS, templateOf } from './lib/definition';

const CFN_LINT = join(environmentDirectory('checks'), 'bin', 'cfn-lint');

jest.setTimeout(120_000);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What cfn-lint says of some templates; nothing if it finds nothing. It looks nothing up outside of its package. */
function complaintsAbout(templates: readonly string[]): string {
  try {
    // W3005: the CDK says dependencies that CloudFormation would find by itself; more than needed does no harm.
    const args = ['--format', 'parseable', '--ignore-checks', 'W3005', '--', ...templates];
    return execFileSync(CFN_LINT, args, { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  }
}

test('cfn-lint finds nothing in the template of any construct', () => {
  const withoutResources = [];
  for (const [name, define] of Object.entries(CONSTRUCTS)) {
    const template = templateOf(define).toJSON();
    if (template.Resources) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(template));
    } else {
      withoutResources.push(name);
    }
  }
  expect(withoutResources).toEqual(['DataRepository', 'JobToolkit']);
  const templates = readdirSync(folder).map((name) => join(folder, name));
  expect(complaintsAbout(templates)).toBe('');
});

test('control: cfn-lint finds a resource without what it needs', () => {
  const faulty = join(folder, 'Faulty.json');
  writeFileSync(faulty, JSON.stringify({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties: {} } } }));
  expect(complaintsAbout([faulty])).toContain("'AssumeRolePolicyDocument' is a required property");
});
