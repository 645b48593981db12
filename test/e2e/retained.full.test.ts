import { join } from 'node:path';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { awsClients } from '../../sandbox/walk/aws-clients';
import { bootstrapAccount, deployPlatform, runCdk, stackNameOf } from '../../sandbox/walk/deployment';
import { hostRepository } from '../../sandbox/walk/platform-walk';
import { readBack } from '../../sandbox/walk/read-back';
import { finish } from '../../sandbox/walk/run-program';

const PLATFORM = 'kept';
const STACK = stackNameOf(PLATFORM);

jest.setTimeout(300_000);

interface Report {
  readonly stackId: string;
  readonly isDeleted: boolean;
  readonly resources: readonly { readonly type: string; readonly logicalId: string; readonly physicalId: string }[];
  readonly resourceMapping: Record<string, Record<string, string>>;
}

// whose names the service or the CDK makes anew each time; the emulator names queues and log groups after the stack.
const NAMED_ANEW = ['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SageMaker::MlflowApp'];

let sandbox: Sandbox;
let app: { stackName: string; context: Record<string, string> };
let before: Report;

async function retained(stack: string): Promise<Report> {
  const { code, output } = await finish(
    join(projectRoot, 'assets', 'ml-lineage.cjs'),
    ['retained', '--stack', stack, '--json'],
    { environment: sandbox.processEnvironment() },
  );
  expect(code === 0 ? 0 : output).toBe(0);
  const report: Report = JSON.parse(output);
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
