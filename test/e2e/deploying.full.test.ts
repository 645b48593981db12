import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { contract } from '../../core/contract';
import { Sandbox } from '../../sandbox/instance';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import { awsClients } from '../../sandbox/walk/aws-clients';
import { DataCheckout } from '../../sandbox/walk/data-repository';
import { createRepository } from '../../sandbox/walk/platform-walk';
import { BashSession } from './bash-session';
import { readBlocks } from './page-blocks';

const PLATFORM = 'radiology';
const STACK = `dataset-level-${PLATFORM}`;

const BLOCKS = readBlocks(readFileSync(join(projectRoot, 'docs', 'deploying.md'), 'utf8'));
const waiting = BLOCKS.filter(({ notHere }) => !notHere);

jest.setTimeout(300_000);

let sandbox: Sandbox;
let shell: BashSession;
let repositoryUrl: string;
let commit: string;
let kept: string[];

/** Runs the next block of the page, which has to be the one below this heading. */
async function follow(heading: string): Promise<string> {
  const block = waiting.shift();
  expect(block?.heading).toBe(heading);
  return shell.run(block?.script ?? '');
}

/** What the shell knows by a name that the page gave it. */
const variable = async (name: string) => (await shell.run(`printf %s "$${name}"`)).trim();

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'deploying' });
  repositoryUrl = await createRepository(sandbox, `${PLATFORM}/data`);
  const environment = sandbox.processEnvironment();
  const programs = [join(environmentDirectory('aws-cli'), 'bin'), environment.PATH].join(':');
  shell = new BashSession(projectRoot, { ...environment, PATH: programs });
  // what the page leaves to its reader; the local AWS pulls no image.
  await shell.run(`platform=${PLATFORM}\nrepository=${repositoryUrl}\nimage=none\ntoken=${sandbox.gitToken}`);
}, 300_000);

afterAll(async () => {
  await shell?.end();
  await sandbox?.stop();
});

test('the page leaves out nothing but what only its reader can run, and says why', () => {
  expect(BLOCKS.filter(({ notHere }) => notHere).map(({ heading, notHere }) => [heading, notHere])).toEqual([
    ['What you need', 'the test runs in a clone that is set up and built'],
    ['What you need', 'these are yours'],
    ['Upgrade', 'the test has the one version that it tests'],
  ]);
  expect(waiting.length).toBeGreaterThan(10);
});

test('the token becomes a secret, and no variable of the shell has it any longer', async () => {
  await follow('1. The token becomes a secret');
  const { secretsManager } = awsClients(sandbox.environment());
  const secret = await secretsManager.send(new DescribeSecretCommand({ SecretId: await variable('secret') }));
  expect(secret.Name).toBe(`${PLATFORM}/data-repository-token`);
  expect(await shell.run('declare -p')).not.toContain(sandbox.gitToken);
});

test('the stack is deployed, and its outputs say where it is', async () => {
  await follow('2. Settings');
  const deployed = await follow('3. Bootstrap and deploy');
  expect(deployed).toContain(`[+] AWS::SageMaker::MlflowApp`);
  expect(deployed).toMatch(new RegExp(`✅ +${STACK}`));
  expect((await follow('3. Bootstrap and deploy')).trim()).toMatch(/^arn:aws:sagemaker:[^:]+:\d{12}:mlflow-app\/./);
});

test('an execution of the pipeline goes through all of its steps', async () => {
  await follow('4. The first pipeline');
  const steps = (await follow('5. Watch it')).trim().split('\n');
  const outcomes = steps.map((step) => step.split('\t').slice(0, 2));
  expect(outcomes.sort()).toEqual([
    ['Evaluate', 'Succeeded'],
    ['Gate', 'Succeeded'],
    ['Preprocess', 'Succeeded'],
    ['Register', 'Succeeded'],
    ['RegisterVersion', 'Succeeded'],
    ['Train', 'Succeeded'],
  ]);
});

test('the address that is answered opens the pages of MLflow, once', async () => {
  const address = (await follow('6. Look at it in MLflow')).trim();
  const signIn = await fetch(address, { redirect: 'manual' });
  const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const page = await fetch(new URL(signIn.headers.get('location') ?? '', address), { headers: { cookie } });
  expect([signIn.status, page.status]).toEqual([302, 200]);
  expect(await page.text()).toContain('<title>MLflow</title>');
  expect((await fetch(address, { redirect: 'manual' })).status).toBe(403);
});

test('the package that waits is approved, and its metadata names the data commit', async () => {
  const shown = await follow('7. Approve');
  const revision = `2026-11-${(await variable('execution')).split('/').at(-1)}`;
  const checkout = new DataCheckout(projectRoot, repositoryUrl, sandbox.gitToken, sandbox.processEnvironment());
  commit = await checkout.resolveAtHost(revision);
  expect(shown).toContain(commit);
  const { sagemaker } = awsClients(sandbox.environment());
  const approved = await sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: await variable('package') }),
  );
  expect(approved.ModelApprovalStatus).toBe('Approved');
  expect(approved.CustomerMetadataProperties?.[contract.runTags.dataCommit]).toBe(commit);
});

test('nothing keeps questions from being answered', async () => {
  const examined = await follow('8. Ask');
  expect(examined).toMatch(/^\d+ in order, 0 failed, 1 not checked$/m);
});

test('the chain is traced to the dataset, and its evidence is verified', async () => {
  const traced = await follow('8. Ask');
  expect(traced).toContain(commit);
  expect(traced).toContain(repositoryUrl);
  expect(traced).toMatch(/exit code 2\n$/);
  const verified = await follow('8. Ask');
  expect(verified).toContain('verified');
  expect(verified).not.toContain('exit code');
});

test('what is said to stay is what stays', async () => {
  const told = await follow('Tear down, and what stays');
  const [before = '', after = ''] = told.split(new RegExp(`^stack  ${STACK}, deleted$`, 'm'));
  expect(before).toContain(`stack  ${STACK}, not deleted\n`);
  kept = resourcesIn(before);
  expect(kept.length).toBeGreaterThan(10);
  expect(resourcesIn(after)).toEqual(kept);
});

/** Types and logical ids, with the physical id from the line after each. */
function resourcesIn(told: string): string[] {
  return [...told.matchAll(/^(AWS::\S+ {2}\S+)\n {2}(\S+)$/gm)].map(([, resource, id]) => `${resource} ${id}`).sort();
}

test('what stayed is taken up by a stack again, and the chain still leads to the dataset', async () => {
  expect(await follow('Tear down, and what stays')).toMatch(new RegExp(`✅ +${STACK}`));
  const retained = await shell.run('node assets/ml-lineage.cjs retained --stack "$stack"');
  expect(resourcesIn(retained)).toEqual(kept);
  const traced = await shell.run('node assets/ml-lineage.cjs trace models:/diagnosis/1 --stack "$stack" || true');
  expect(traced).toContain(commit);
  const verified = await shell.run(
    'node assets/ml-lineage.cjs evidence verify "$job" --stack "$stack" --trust "$fingerprint"',
  );
  expect(verified).toContain('verified');
});

test('the token is deleted last, and no block of the page is left over', async () => {
  const secret = await variable('secret');
  await follow('Tear down, and what stays');
  const { secretsManager } = awsClients(sandbox.environment());
  const described = await secretsManager.send(new DescribeSecretCommand({ SecretId: secret }));
  expect(described.DeletedDate).toBeDefined();
  expect(waiting).toEqual([]);
});
