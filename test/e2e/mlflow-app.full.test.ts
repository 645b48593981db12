import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeMlflowAppCommand, ListMlflowAppsCommand } from '@aws-sdk/client-sagemaker';
import { Sandbox } from '../../sandbox/instance';
import { type AwsClients, awsClients } from '../../sandbox/walk/aws-clients';
import { bootstrapAccount, deployApp } from '../../sandbox/walk/deployment';
import { readBack } from '../../sandbox/walk/read-back';
import { makeRun } from './call-mlflow';

const STACK = 'mlflow-app';

jest.setTimeout(180_000);

let sandbox: Sandbox;
let aws: AwsClients;
let first: string;
let run: string;

async function deploy(mlflowAppName: string, allowReplacement: 'yes' | 'no' = 'no'): Promise<string> {
  const { MlflowAppArn } = await deployApp(sandbox.processEnvironment(), {
    program: 'tsx test/e2e/apps/mlflow-app.ts',
    stackName: STACK,
    context: { mlflowAppName, allowReplacement },
  });
  return MlflowAppArn as string;
}

const describe = (Arn: string) => aws.sagemaker.send(new DescribeMlflowAppCommand({ Arn }));
const namesOfApps = async () =>
  ((await aws.sagemaker.send(new ListMlflowAppsCommand({}))).Summaries ?? []).map(({ Name }) => Name).sort();
const stackStatus = async () =>
  (await aws.cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }))).Stacks?.[0]?.StackStatus;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'mlflow-app' });
  aws = awsClients(sandbox.environment());
  await bootstrapAccount(sandbox.processEnvironment());
  first = await deploy('first');
  run = await makeRun(sandbox, first, 'demo');
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('the app is the default of its account and of a domain, and all else is as the template says', async () => {
  expect(await describe(first)).toMatchObject({
    Name: 'first',
    AccountDefaultStatus: 'ENABLED',
    DefaultDomainIdList: ['d-abcdefghijkl'],
    ModelRegistrationMode: 'AutoModelRegistrationDisabled',
  });
  const { passed, report } = await readBack(sandbox.processEnvironment(), STACK);
  expect(report).toContain('agree');
  expect(passed).toBe(true);
});

test('an update that would replace the app fails and is taken back; the app and its runs stay', async () => {
  await expect(deploy('second')).rejects.toThrow(/"first" would be replaced by a new, empty one, without its runs/);
  expect(await stackStatus()).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await namesOfApps()).toEqual(['first']);
  expect(await aws.mlflow(first).getRun(run)).toMatchObject({ id: run });
});

test('an update that may replace it goes through, and the app with the runs is left behind', async () => {
  const second = await deploy('second', 'yes');
  expect(second).not.toBe(first);
  expect(await namesOfApps()).toEqual(['first', 'second']);
  expect(await aws.mlflow(second).getRun(run)).toBeUndefined();
  expect(await aws.mlflow(first).getRun(run)).toMatchObject({ id: run });
  expect(await describe(second)).toMatchObject({ AccountDefaultStatus: 'ENABLED' });
});
