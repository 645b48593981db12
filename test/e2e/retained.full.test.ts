import { join } from 'node:path';
import {
  CreateChangeSetCommand,
  type CreateChangeSetInput,
  ExecuteChangeSetCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackImportComplete,
} from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { awsClients } from '../../sandbox/walk/aws-clients';
import { bootstrapAccount, deployPlatform, runCdk, stackNameOf } from '../../sandbox/walk/deployment';
import { hostRepository } from '../../sandbox/walk/platform-walk';
import { readBack } from '../../sandbox/walk/read-back';
import { finish } from '../../sandbox/walk/run-program';
import { makeRun } from './call-mlflow';

const PLATFORM = 'kept';
const STACK = stackNameOf(PLATFORM);

const SOON = { maxWaitTime: 60, minDelay: 1, maxDelay: 1 };

jest.setTimeout(300_000);

interface Report {
  readonly stackId: string;
  readonly isDeleted: boolean;
  readonly resources: readonly { readonly type: string; readonly logicalId: string; readonly physicalId: string }[];
}

// whose names the service or the CDK makes anew each time; the emulator names queues and log groups after the stack.
const NAMED_ANEW = ['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SageMaker::MlflowApp'];

let sandbox: Sandbox;
let app: { stackName: string; context: Record<string, string> };
let before: Report;

async function told(...args: string[]): Promise<string> {
  const { code, output, errors } = await finish(join(projectRoot, 'assets', 'ml-lineage.cjs'), ['retained', ...args], {
    environment: sandbox.processEnvironment(),
  });
  expect(code === 0 ? errors : `${code} ${errors}`).toBe('');
  return output;
}

async function retained(stack: string): Promise<Report> {
  const report: Report = JSON.parse(await told('--stack', stack, '--json'));
  // the command tells them as CloudFormation lists them, which is another order once the stack is gone.
  return { ...report, resources: [...report.resources].sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1)) };
}

const kinds = ({ resources }: Report) => resources.map(({ type }) => type).sort();

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'retained' });
  await bootstrapAccount(sandbox.processEnvironment());
  const repository = await hostRepository(sandbox, awsClients(sandbox.environment()), `${PLATFORM}/data`);
  const context = {
    platformName: PLATFORM,
    dataRepositoryUrl: repository.url,
    dataRepositoryTokenSecretArn: repository.tokenSecretArn,
  };
  app = { stackName: STACK, context };
  await deployPlatform(sandbox.processEnvironment(), context);
  before = await retained(STACK);
  await runCdk(sandbox.processEnvironment(), app, ['destroy', '--force']);
}, 600_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('what the command said of the stack is what stayed when it was deleted', async () => {
  expect(before.isDeleted).toBe(false);
  const after = await retained(STACK);
  expect(after).toEqual({ ...before, isDeleted: true });
  expect(new Set(kinds(after))).toEqual(
    new Set([
      'AWS::IAM::Role',
      'AWS::KMS::Key',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::SQS::Queue',
      'AWS::SageMaker::MlflowApp',
    ]),
  );
  const { s3 } = awsClients(sandbox.environment());
  for (const { type, physicalId } of after.resources) {
    if (type === 'AWS::S3::Bucket') {
      await expect(s3.send(new HeadBucketCommand({ Bucket: physicalId }))).resolves.toBeDefined();
    }
  }
});

/** Imports what a deleted stack left behind into a new one, with the request that the command tells. */
async function takeUp(stackId: string): Promise<void> {
  const { cloudFormation } = awsClients(sandbox.environment());
  const request: CreateChangeSetInput = JSON.parse(await told('--stack', stackId, '--change-set'));
  const { StackName, ChangeSetName } = request;
  await cloudFormation.send(new CreateChangeSetCommand(request));
  await waitUntilChangeSetCreateComplete({ client: cloudFormation, ...SOON }, { StackName, ChangeSetName });
  await cloudFormation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
  await waitUntilStackImportComplete({ client: cloudFormation, ...SOON }, { StackName });
}

test('deployed again, no name collides with what stayed', async () => {
  await deployPlatform(sandbox.processEnvironment(), app.context as never);
  const { passed, report } = await readBack(sandbox.processEnvironment(), STACK);
  expect(passed ? 'passed' : report).toBe('passed');
  const again = await retained(STACK);
  expect(again.stackId).not.toBe(before.stackId);
  expect(kinds(again)).toEqual(kinds(before));
  const ids = new Set(again.resources.map(({ physicalId }) => physicalId));
  const namedAnew = before.resources.filter(({ type }) => NAMED_ANEW.includes(type));
  expect(namedAnew.length).toBeGreaterThan(NAMED_ANEW.length);
  expect(namedAnew.filter(({ physicalId }) => ids.has(physicalId))).toEqual([]);
});

test('taken up by a stack again, all that was kept is what it was, with what is in it', async () => {
  const { s3, mlflow } = awsClients(sandbox.environment());
  const kept = await retained(STACK);
  const idOf = (logicalId: RegExp) => kept.resources.find((one) => logicalId.test(one.logicalId))?.physicalId ?? '';
  const object = { Bucket: idOf(/DvcRemoteBucket[0-9A-F]{8}$/), Key: 'files/md5/ab/cdef' };
  await s3.send(new PutObjectCommand({ ...object, Body: 'a record' }));
  const appArn = idOf(/MlflowApp[0-9A-F]{8}$/);
  const run = await makeRun(sandbox, appArn, 'kept');

  await runCdk(sandbox.processEnvironment(), app, ['destroy', '--force']);
  await takeUp(kept.stackId);
  await deployPlatform(sandbox.processEnvironment(), app.context as never);

  const again = await retained(STACK);
  expect(again.stackId).not.toBe(kept.stackId);
  expect(again.resources).toEqual(kept.resources);
  const content = await s3.send(new GetObjectCommand(object));
  expect(await content.Body?.transformToString()).toBe('a record');
  expect(await mlflow(appArn).getRun(run)).toMatchObject({ id: run });
  // a name that the construct made ends as the id of the stack does, and the app keeps the one it got from the stack before.
  const { report } = await readBack(sandbox.processEnvironment(), STACK);
  expect(report.split('\n').filter((line) => line.includes(': expected '))).toEqual([
    expect.stringMatching(/\(AWS::SageMaker::MlflowApp\) Name: expected /),
  ]);
});
