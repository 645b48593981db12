import { randomUUID } from 'node:crypto';
import { DescribeTrainingJobCommand, StopPipelineExecutionCommand } from '@aws-sdk/client-sagemaker';
import { Sandbox } from '../../sandbox/instance';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { setFaults } from '../../sandbox/walk/local-sagemaker';
import {
  type FinishedExecution,
  finishExecution,
  putRawData,
  revisionOf,
  runOfExecution,
  trainingJobNameOf,
} from '../../sandbox/walk/pipeline-walk';
import { runsOf } from '../../sandbox/walk/platform-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { stepsOf } from '../../sandbox/walk/start-pipeline';
import { type CodePipelineWalk, deployCodePipelineWalk, runCode, startCode } from './code-pipeline-walk';

jest.setTimeout(240_000);

let sandbox: Sandbox;
let walk: CodePipelineWalk;
let input: string;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'script-endings' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployCodePipelineWalk(sandbox, 'radiology');
  const { 'first.csv': records = '' } = await sampleDataset(sandbox.processEnvironment(), 40);
  input = await putRawData(walk, 'input', { 'records.csv': records });
  // the AWS sample expects a data repository that DVC knows already.
  await expectSuccess(await runCode(walk, 'several-runs', input));
  await walk.checkout.clone();
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

function expectSuccess({ status, failure }: FinishedExecution): void {
  expect({ status, failure }).toEqual({ status: 'Succeeded', failure: '' });
}

async function commitOf({ revision }: FinishedExecution): Promise<string> {
  await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
  return walk.checkout.resolve(revision);
}

/** Every run of the execution's job, with its status, once all are tagged. */
async function statusesOf(execution: FinishedExecution): Promise<Set<string>> {
  await runOfExecution(walk, execution);
  return new Set((await runsOf(walk, execution.trainingJobName ?? '')).map(({ status }) => status));
}

async function failureOf({ trainingJobName }: FinishedExecution): Promise<string | undefined> {
  const job = await walk.aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: trainingJobName }));
  return job.FailureReason;
}

test('scripts that know nothing but the environment of the AWS sample run unchanged, and the run is recorded', async () => {
  const { 'second.csv': records = '' } = await sampleDataset(sandbox.processEnvironment(), 40);
  const execution = await runCode(walk, 'aws-sample', await putRawData(walk, 'sample', { 'records.csv': records }));
  expectSuccess(execution);
  const { tags } = await runOfExecution(walk, execution);
  expect(tags).toMatchObject({
    stage: 'training',
    data_git_commit_id: await commitOf(execution),
    'lineage.status': 'recorded',
    'lineage.assurance': 'configured',
    'lineage.reason': 'not compared: script-input',
  });
});

test('a script that ends with 3 fails with 3, in the job and in every run, and its data commit is known', async () => {
  const execution = await runCode(walk, 'exit-3', input);
  expect(execution.status).toBe('Failed');
  expect(await failureOf(execution)).toMatch(/the script train\.py ended with exit code 3.*exit code: 3/s);
  expect(await statusesOf(execution)).toEqual(new Set(['FAILED']));
  const { tags } = await runOfExecution(walk, execution);
  expect(tags.data_git_commit_id).toBe(await commitOf(execution));
});

test('a script that changes the files that it was given fails, and its run is in conflict', async () => {
  const execution = await runCode(walk, 'changes-dataset', input);
  expect(execution.status).toBe('Failed');
  const { tags } = await runOfExecution(walk, execution);
  expect(tags).toMatchObject({
    data_git_commit_id: await commitOf(execution),
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(/dataset-changed: /),
  });
});

test('a script that the kernel ends for want of memory says so, and its data commit is known', async () => {
  const execution = await runCode(walk, 'out-of-memory', input);
  expect(execution.status).toBe('Failed');
  expect(await failureOf(execution)).toMatch(/more memory.*exit code: 137/s);
  expect(await statusesOf(execution)).toEqual(new Set(['FAILED']));
  const { tags } = await runOfExecution(walk, execution);
  expect(tags.data_git_commit_id).toBe(await commitOf(execution));
});

test('a pipeline that is stopped during training leaves killed runs, whose data commit is known', async () => {
  const arn = await startCode(walk, 'endless', input);
  await eventually('the run of the script', 60, async () => {
    const job = await trainingJobNameOf(walk, await stepsOf(walk.aws, arn));
    // the wrapper's own run is there before the script's.
    return job && (await runsOf(walk, job)).length > 1 ? true : undefined;
  });
  await walk.aws.sagemaker.send(
    new StopPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: randomUUID() }),
  );
  const execution = await finishExecution(walk, arn, 'endless');
  expect(execution.status).toBe('Stopped');
  expect(await statusesOf(execution)).toEqual(new Set(['KILLED']));
  const { tags } = await runOfExecution(walk, execution);
  expect(tags.data_git_commit_id).toBe(await commitOf(execution));
});

test('a branch that is named like the tag makes the job refuse, with the reason', async () => {
  const arn = await startCode(walk, 'exit-3', input);
  await walk.checkout.git('push', '--quiet', 'origin', `HEAD:refs/heads/${revisionOf(arn, 'exit-3')}`);
  const execution = await finishExecution(walk, arn, 'exit-3');
  expect(execution.status).toBe('Failed');
  expect(execution.failure).toContain(`branch`);
  expect(execution.failure).toContain(execution.revision);
});

describe('a data repository that is changed between the job and its derivation', () => {
  // the events wait until the repository has been changed.
  beforeAll(() => setFaults(sandbox, { eventDelaySeconds: 20 }));
  afterAll(() => setFaults(sandbox, {}));

  test('with the tag at another commit is a conflict with what the preprocess job published', async () => {
    const execution = await runCode(walk, 'several-runs', input);
    await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
    await walk.checkout.git('checkout', '--quiet', '--detach', execution.revision);
    await walk.checkout.git('commit', '--quiet', '--allow-empty', '--message', 'not what was trained on');
    await walk.checkout.git('push', '--quiet', '--force', 'origin', `HEAD:refs/tags/${execution.revision}`);
    expect((await runOfExecution(walk, execution)).tags).toMatchObject({
      'lineage.status': 'conflict',
      'lineage.reason': expect.stringMatching(/handover-differs: /),
    });
  });

  test('with a branch of the name of the tag is a conflict', async () => {
    const execution = await runCode(walk, 'several-runs', input);
    await walk.checkout.git('push', '--quiet', 'origin', `HEAD:refs/heads/${execution.revision}`);
    expect((await runOfExecution(walk, execution)).tags).toMatchObject({
      'lineage.status': 'conflict',
      'lineage.reason': expect.stringMatching(/branch-of-same-name: /),
    });
  });
});
