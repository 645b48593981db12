import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Sandbox } from '../../sandbox/instance';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { readComplaints } from '../../sandbox/walk/local-sagemaker';
import {
  deployPipelineWalk,
  type FinishedExecution,
  type PipelineWalk,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';

jest.setTimeout(240_000);

let sandbox: Sandbox;
let walk: PipelineWalk;
let first: FinishedExecution;
let inputs: { small: string; large: string };

async function run(dataVersion: string, inputUri: string): Promise<FinishedExecution> {
  const execution = await runPipeline(walk, dataVersion, inputUri);
  if (execution.status !== 'Succeeded') {
    throw new Error(`${execution.arn} ended as ${execution.status}: ${execution.failure}`);
  }
  return execution;
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'e2e-pipeline' });
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  walk = await deployPipelineWalk(sandbox, 'radiology');
  inputs = {
    small: await putRawData(walk, 'small', await sampleDataset(environment, 100)),
    large: await putRawData(walk, 'large', await sampleDataset(environment)),
  };
  first = await run('v1', inputs.small);
  await walk.checkout.clone();
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('raw data becomes a dataset version and a model whose run names its commit', async () => {
  const { tags } = await runOfExecution(walk, first);
  expect(tags).toMatchObject({
    data_git_commit_id: await walk.checkout.resolve(first.revision),
    'lineage.status': 'recorded',
    'lineage.data_revision': first.revision,
  });
});

test('git checkout and dvc pull give what the training script was given', async () => {
  const { tags } = await runOfExecution(walk, first);
  await walk.checkout.git('checkout', '--quiet', tags.data_git_commit_id ?? '');
  await walk.checkout.dvc('pull', '--quiet');
  const files = await readdir(join(walk.checkout.folder, 'dataset'), { recursive: true });
  expect(files.filter((name) => name.endsWith('.csv')).sort()).toEqual(['test/records.csv', 'train/records.csv']);
  const text = await readFile(join(walk.checkout.folder, 'dataset', 'train', 'records.csv'), 'utf8');
  expect(text.trim().split('\n')).toHaveLength(76);
});

test('unchanged data keeps its commit under a new revision, changed data gets a commit of its own', async () => {
  const again = await run('v1', inputs.small);
  const changed = await run('v2', inputs.large);
  const [before, same, other] = await Promise.all([first, again, changed].map((one) => runOfExecution(walk, one)));
  expect(again.revision).not.toBe(first.revision);
  expect(same?.tags.data_git_commit_id).toBe(before?.tags.data_git_commit_id);
  expect(other?.tags.data_git_commit_id).not.toBe(before?.tags.data_git_commit_id);
});

test('a training script that fails leaves a failed run, which still names its data commit', async () => {
  const records = Array.from({ length: 20 }, (_, index) => `${index},1`);
  const oneClass = ['a,target', ...records].join('\n');
  const execution = await runPipeline(walk, 'broken', await putRawData(walk, 'broken', { 'records.csv': oneClass }));
  expect(execution.status).toBe('Failed');
  expect(execution.failure).toMatch(/exit code: 1/);
  const run = await runOfExecution(walk, execution);
  await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
  expect(run.tags.data_git_commit_id).toBe(await walk.checkout.resolve(execution.revision));
});

test('a preprocess script that fails publishes nothing, and its reason can be read', async () => {
  const execution = await runPipeline(walk, 'empty', await putRawData(walk, 'empty', { 'records.csv': 'a,b\n1,2\n' }));
  expect(execution).toMatchObject({ status: 'Failed', trainingJobName: undefined });
  expect(execution.failure).not.toBe('');
  await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
  await expect(walk.checkout.resolve(execution.revision)).rejects.toThrow(/unknown revision|ambiguous argument/);
});

test('the local SageMaker was asked for nothing it does not know', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
