import { join } from 'node:path';
import { DescribeArtifactCommand, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Run } from '../../core/mlflow/mlflow-client';
import { writeLineageGraph } from '../../core/sagemaker/lineage-graph';
import { Sandbox } from '../../sandbox/instance';
import { clientsOfRole } from '../../sandbox/walk/deployed-role';
import { bootstrapAccount, type PlatformOutputs } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { readComplaints, setFaults } from '../../sandbox/walk/local-sagemaker';
import {
  deployPipelineWalk,
  type FinishedExecution,
  type PipelineOutputs,
  type PipelineWalk,
  pipelineStackName,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { jobEnvironment, modelsOf, waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { stepsOf } from '../../sandbox/walk/start-pipeline';
import { startTrainingJob } from '../../sandbox/walk/training-job';
import { DrawnGraph } from './drawn-graph';
import { functionLogs } from './told-texts';

const PLATFORM = 'mirrored';
// longer than the jobs of the execution take.
const LATE_SECONDS = 45;

type Outputs = PipelineOutputs & PlatformOutputs;

jest.setTimeout(240_000);

let sandbox: Sandbox;
let walk: PipelineWalk & { readonly outputs: Outputs };
let graph: DrawnGraph;
let execution: FinishedExecution;
let run: Run;
let trainingJobArn: string;
let dataset: string;
let trained: string;

function objectOf(md5: string): string {
  return `${walk.outputs.DvcRemoteUrl}/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'lineage-graph' });
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  const deployed = await deployPipelineWalk(sandbox, PLATFORM, { program: 'tsx test/e2e/apps/mirrored-models.ts' });
  walk = { ...deployed, outputs: deployed.outputs as Outputs };
  graph = new DrawnGraph(walk.aws.sagemaker);
  const inputUri = await putRawData(walk, 'small', await sampleDataset(environment, 100));
  await setFaults(sandbox, { lineageDelaySeconds: LATE_SECONDS });
  execution = await runPipeline(walk, 'v1', inputUri);
  if (execution.status !== 'Succeeded') {
    throw new Error(`the execution ended as ${execution.status}: ${execution.failure}`);
  }
  run = await runOfExecution(walk, execution);
  const job = await walk.aws.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: execution.trainingJobName }),
  );
  trainingJobArn = job.TrainingJobArn ?? '';
  trained = await graph.componentOf(trainingJobArn);
  const [, md5 = ''] = (run.tags['lineage.dataset'] ?? '').split('@');
  dataset = await eventually('the artifact of the dataset', 150, async () => {
    const [artifact] = await graph.artifactsOf(objectOf(md5));
    return artifact?.ArtifactArn;
  });
}, 600_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('from the package that a model became, the graph leads to the run, its job, the dataset, and the job that made it', async () => {
  const steps = await stepsOf(walk.aws, execution.arn);
  const preprocess = steps.find(({ StepName }) => StepName === 'Preprocess')?.Metadata?.ProcessingJob?.Arn ?? '';
  const made = await graph.componentOf(preprocess);
  await eventually('the way from the package to the job that made its data', 150, async () => {
    const { versions } = await modelsOf(walk, run);
    const [packageNode] = await graph.artifactsOf(versions[0]?.tags['sagemaker.model_package_arn'] ?? 'none yet');
    const action = await graph.actionOf(run.id);
    const edges = packageNode?.ArtifactArn ? await graph.edgesAbove(packageNode.ArtifactArn) : [];
    const way = [
      `${made} Produced ${dataset}`,
      `${dataset} ContributedTo ${trained}`,
      `${trained} ContributedTo ${action}`,
      `${action} ContributedTo ${packageNode?.ArtifactArn}`,
    ];
    return way.every((edge) => edges.includes(edge)) || undefined;
  });
});

test('what SageMaker shows late was waited for, after evidence and tags, and nobody had to know', async () => {
  const logs = await functionLogs(walk.aws);
  expect(logs).toContain('"MessagesPostponed":1');
  expect(logs).not.toContain('"JobsWithIncompleteGraph":');
  expect(logs).not.toContain('"MessagesParked":');
});

test('the artifact of a dataset says by which signed statement it is, and at which commit it was seen', async () => {
  const { Properties, Source } = await walk.aws.sagemaker.send(new DescribeArtifactCommand({ ArtifactArn: dataset }));
  const [, md5 = ''] = (run.tags['lineage.dataset'] ?? '').split('@');
  expect(Source?.SourceTypes).toEqual([{ SourceIdType: 'MD5Hash', Value: md5.replace('.dir', '') }]);
  expect(Properties).toMatchObject({
    data_git_commit_id: run.tags.data_git_commit_id,
    'lineage.dataset': run.tags['lineage.dataset'],
    'lineage.evidence': expect.stringMatching(/^mirrored\/(processing|training)-job\/.+@sha256:[0-9a-f]{64}$/),
  });
});

test('the same data at another commit is the same artifact', async () => {
  await walk.checkout.clone();
  await walk.checkout.git('commit', '--quiet', '--allow-empty', '--message', 'The same data');
  await walk.checkout.git('tag', 'same-data');
  await walk.checkout.git('push', '--quiet', 'origin', 'refs/tags/same-data');
  await setFaults(sandbox, {});
  await startTrainingJob(walk.aws, walk.outputs, {
    name: 'same-data',
    script: join(__dirname, 'scripts', 'log_run.py'),
    environment: jobEnvironment({ ...walk, platformName: PLATFORM }, 'same-data'),
  });
  const { tags } = await waitForTaggedRun(walk, 'same-data');
  expect(tags.data_git_commit_id).not.toBe(run.tags.data_git_commit_id);
  const { TrainingJobArn = '' } = await walk.aws.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: 'same-data' }),
  );
  const edge = `${dataset} ContributedTo ${await graph.componentOf(TrainingJobArn)}`;
  await eventually(edge, 100, async () => (await graph.edges()).includes(edge) || undefined);
});

test('the event of a job eight times at once changes nothing in the graph', async () => {
  const completed = async () => (await functionLogs(walk.aws)).match(/lineage graph completed/g)?.length ?? 0;
  const [edges, before] = await Promise.all([graph.edges(), completed()]);
  const event = {
    source: 'aws.sagemaker',
    'detail-type': 'SageMaker Training Job State Change',
    detail: { TrainingJobArn: trainingJobArn, TrainingJobName: execution.trainingJobName },
  };
  const message = { QueueUrl: walk.outputs.DerivationQueueUrl, MessageBody: JSON.stringify(event) };
  await Promise.all(Array.from({ length: 8 }, () => walk.aws.sqs.send(new SendMessageCommand(message))));
  await eventually('the graph completed eight times', 150, async () => (await completed()) >= before + 8 || undefined);
  expect(await graph.edges()).toEqual(edges);
});

test('of eight that add a dataset at once, one adds it, with the rights of the deployed function', async () => {
  const { sagemaker } = await clientsOfRole(sandbox, {
    stack: pipelineStackName(PLATFORM),
    logicalId: 'PlatformRunTaggerRunTaggerRole',
    service: 'lambda.amazonaws.com',
  });
  const md5 = '0cc175b9c0f1b6a831c399e269772661';
  const node = { name: `dvc-${md5}`, sourceUri: objectOf(md5), md5, properties: { 'lineage.status': 'recorded' } };
  const plan = {
    job: { arn: trainingJobArn, createdAt: new Date(0).toISOString() },
    datasets: [node],
    relation: 'ContributedTo',
    jobIs: 'destination',
    runIds: [],
  } as const;
  const written = await Promise.all(Array.from({ length: 8 }, () => writeLineageGraph(plan, [], sagemaker)));
  expect(written.map(({ added }) => added).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  const [artifact, ...more] = await graph.artifactsOf(node.sourceUri);
  expect(more).toEqual([]);
  expect((await graph.edges()).filter((edge) => edge.includes(artifact?.ArtifactArn ?? 'none'))).toEqual([
    `${artifact?.ArtifactArn} ContributedTo ${trained}`,
  ]);
});

test('the local SageMaker was asked for nothing it does not know', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
