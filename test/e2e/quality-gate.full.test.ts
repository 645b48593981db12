import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  ListModelPackagesCommand,
  ListProcessingJobsCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import type { Run } from '../../core/mlflow/mlflow-client';
import { Sandbox } from '../../sandbox/instance';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import {
  type FinishedExecution,
  finishExecution,
  putRawData,
  revisionOf,
  runOfExecution,
} from '../../sandbox/walk/pipeline-walk';
import { modelsOf, runsOf } from '../../sandbox/walk/platform-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { stepsOf } from '../../sandbox/walk/start-pipeline';
import { type CodePipelineWalk, deployCodePipelineWalk, runCode, startCode } from './code-pipeline-walk';

jest.setTimeout(240_000);

const GROUP = 'gated';
const since = new Date();

let sandbox: Sandbox;
let walk: CodePipelineWalk;
let input: string;
let good: FinishedExecution;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'quality-gate' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployCodePipelineWalk(sandbox, 'radiology', 'tsx test/e2e/apps/quality-gate.ts');
  const { 'first.csv': records = '' } = await sampleDataset(sandbox.processEnvironment(), 40);
  input = await putRawData(walk, 'input', { 'records.csv': records });
  good = await succeed('evaluates', input);
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

async function succeed(code: string, inputUri: string): Promise<FinishedExecution> {
  const execution = await runCode(walk, code, inputUri);
  if (execution.status !== 'Succeeded') {
    throw new Error(`${execution.arn} ended as ${execution.status}: ${execution.failure}`);
  }
  return execution;
}

/** The run of the execution's evaluation, which is none of its training job's. */
async function evaluationOf({ revision }: Pick<FinishedExecution, 'revision'>): Promise<Run | undefined> {
  const mlflow = walk.aws.mlflow(walk.outputs.MlflowAppArn);
  const found: Run[] = [];
  for await (const run of mlflow.findRunsStarted(since, new Date(Date.now() + 60_000))) {
    if (run.tags.stage === 'evaluation' && run.tags.pipeline_run_id === revision) {
      found.push(run);
    }
  }
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
}

/** The digest of the dataset that the execution's run is tagged with. */
async function digestOf(execution: FinishedExecution): Promise<string> {
  const { tags } = await runOfExecution(walk, execution);
  return tags[contract.runTags.dataset]?.replace(/^dataset@/, '') ?? '';
}

/** What was registered so far, in both registries. */
async function registered() {
  const { ModelPackageSummaryList: packages = [] } = await walk.aws.sagemaker.send(
    new ListModelPackagesCommand({ ModelPackageGroupName: GROUP }),
  );
  const mlflow = walk.aws.mlflow(walk.outputs.MlflowAppArn);
  return { packages: packages.length, versions: await mlflow.countModelVersions(since, new Date(Date.now() + 60_000)) };
}

/** What the evaluation's container said; the step names the job in lower case. */
async function failureOfEvaluation({ arn }: FinishedExecution): Promise<string | undefined> {
  const step = (await stepsOf(walk.aws, arn)).find(({ StepName }) => StepName === 'Evaluate');
  const { ProcessingJobSummaries: jobs = [] } = await walk.aws.sagemaker.send(
    new ListProcessingJobsCommand({ MaxResults: 100 }),
  );
  const job = jobs.find(({ ProcessingJobArn }) => ProcessingJobArn === step?.Metadata?.ProcessingJob?.Arn);
  return [job?.FailureReason, job?.ExitMessage].filter(Boolean).join('\n');
}

test('a model that is good enough is registered once in each registry', async () => {
  expect(await registered()).toEqual({ packages: 1, versions: 1 });
  const { versions } = await modelsOf(walk, await runOfExecution(walk, good));
  expect(versions).toEqual([
    expect.objectContaining({ name: 'gated', version: '1', source: expect.stringMatching(/^models:\/m-/) }),
  ]);
});

test('a version that was registered after its job was derived is told the data commit all the same', async () => {
  const run = await runOfExecution(walk, good);
  const version = await eventually('the data commit of the version', 60, async () => {
    const { versions } = await modelsOf(walk, run);
    return versions.find(({ tags }) => 'data_git_commit_id' in tags);
  });
  expect(version.tags).toMatchObject({
    data_git_commit_id: await walk.checkout.resolveAtHost(good.revision),
    'lineage.status': 'verified',
  });
});

test('the evaluation has a run of its own, with the data commit of the training and what was measured', async () => {
  const training = await runOfExecution(walk, good);
  const evaluation = await evaluationOf(good);
  expect(evaluation).toMatchObject({
    status: 'FINISHED',
    metrics: { accuracy: '0.8', records: '20' },
    tags: { 'lineage_jobs.evaluated_training_job': good.trainingJobName },
    parameters: { data_git_commit_id: training.tags.data_git_commit_id },
  });
  const ofJob = await runsOf(walk, good.trainingJobName ?? '');
  expect(ofJob.map(({ id }) => id)).not.toContain(evaluation?.id);
  expect(evaluation?.tags['lineage.training_job_arn']).toBeUndefined();
});

test.each([
  ['the pipeline, though the execution asks for less', 'evaluates-badly', { AtLeastAccuracy: '0.1' }],
  ['an execution that asks for more than the pipeline', 'evaluates', { AtLeastAccuracy: '0.81' }],
])('a model that is not good enough for %s is not registered', async (_what, code, parameters) => {
  const before = await registered();
  const execution = await runCode(walk, code, input, parameters);
  expect(execution.status).toBe('Failed');
  expect(execution.failure).toContain('accuracy must be at least 0.75');
  expect(await registered()).toEqual(before);
  // what was trained is known all the same.
  const { tags } = await runOfExecution(walk, execution);
  expect(tags).toMatchObject({ 'lineage.status': 'verified' });
});

test.each([
  ['fails', 'evaluation-exit-3', /the script evaluate\.py ended with exit code 3/],
  ['measures what is no number', 'evaluates-nothing', /'accuracy' is nan: it must be one JSON object/],
])('nothing is registered of a model whose evaluation %s', async (_what, code, reason) => {
  const before = await registered();
  const execution = await runCode(walk, code, input);
  expect(execution.status).toBe('Failed');
  expect(await failureOfEvaluation(execution)).toMatch(reason);
  expect(await evaluationOf(execution)).toMatchObject({ status: 'FAILED', metrics: {} });
  expect(await registered()).toEqual(before);
});

test('an evaluation that is stopped leaves a killed run, and registers nothing', async () => {
  const before = await registered();
  const arn = await startCode(walk, 'evaluation-endless', input);
  await eventually('the run of the evaluation', 120, async () => {
    const run = await evaluationOf({ revision: revisionOf(arn, 'evaluation-endless') });
    // the dataset is logged before the script starts.
    return run && run.datasets.length > 0 ? true : undefined;
  });
  await walk.aws.sagemaker.send(
    new StopPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: randomUUID() }),
  );
  const execution = await finishExecution(walk, arn, 'evaluation-endless');
  expect(execution.status).toBe('Stopped');
  expect(await evaluationOf(execution)).toMatchObject({ status: 'KILLED', metrics: {} });
  expect(await registered()).toEqual(before);
});

test('training on spare capacity goes on from the checkpoints of its own dataset, and of no other', async () => {
  const other = await putRawData(walk, 'other', { 'records.csv': 'mean radius,target\n1,0\n' });
  const found = async (execution: FinishedExecution) => (await evaluationOf(execution))?.metrics.checkpoints;

  const first = await succeed('keeps-checkpoints', input);
  expect(await found(first)).toBe('0');
  const [again, ofOther] = await Promise.all([
    succeed('keeps-checkpoints', input),
    succeed('keeps-checkpoints', other),
  ]);
  expect(await found(again)).toBe('1');
  expect(await found(ofOther)).toBe('0');

  const [digest, otherDigest] = [await digestOf(again), await digestOf(ofOther)];
  expect(await digestOf(first)).toBe(digest);
  const { PipelineName: name, ArtifactBucketName: Bucket } = walk.outputs;
  const { Contents = [] } = await walk.aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'checkpoints/' }));
  expect(Contents.map(({ Key }) => Key).sort()).toEqual(
    [`${digest}/0.ckpt`, `${digest}/1.ckpt`, `${otherDigest}/0.ckpt`].map((key) => `checkpoints/${name}/${key}`).sort(),
  );
});
