import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteTrainingJobCommand, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { contract } from '../../core/contract';
import { locateMlflowApp, signMlflowRequest } from '../../core/mlflow/signed-request';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { bootstrapAccount, deployPlatform } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { takeParkedMessage } from '../../sandbox/walk/parked-messages';
import {
  deployWalk,
  jobEnvironment,
  modelsOf,
  runsOf,
  type Walk,
  waitForTaggedRun,
} from '../../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';

const SCRIPTS = join(__dirname, 'scripts');

jest.setTimeout(120_000);

let sandbox: Sandbox;
let walk: Walk;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'changed-afterwards' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployWalk(sandbox, 'radiology');
  await walk.checkout.publish({ revision: 'v1', files: { 'a.csv': 'a,target\n1,0\n' } });
  await walk.checkout.publish({ revision: 'v2', files: { 'a.csv': 'a,target\n2,1\n' } });
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

interface Training {
  readonly revision?: string;
  readonly script?: string;
}

async function train(name: string, { revision = 'v1', script = 'log_run.py' }: Training = {}): Promise<void> {
  await startTrainingJob(walk.aws, walk.outputs, {
    name,
    script: join(SCRIPTS, script),
    environment: jobEnvironment(walk, revision),
  });
  const { TrainingJobStatus, FailureReason } = await waitForTrainingJob(walk.aws, name);
  expect([TrainingJobStatus, FailureReason]).toEqual(['Completed', undefined]);
}

async function tagsOf(name: string, training: Training = {}): Promise<Readonly<Record<string, string>>> {
  await train(name, training);
  return (await waitForTaggedRun(walk, name)).tags;
}

/** Waits until a run of a job is in conflict, whatever its tags were before. */
function waitForConflict(name: string) {
  return eventually(`a conflict on the run of ${name}`, 60, async () => {
    const runs = await runsOf(walk, name);
    return runs.length > 0 && runs.every(({ tags }) => tags['lineage.status'] === 'conflict') ? runs : undefined;
  });
}

/** The event that a job has ended, once more: nothing of the job is in it but its name. */
async function lookAgain(name: string): Promise<void> {
  const { TrainingJobArn } = await walk.aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  const event = {
    source: 'aws.sagemaker',
    'detail-type': 'SageMaker Training Job State Change',
    detail: { TrainingJobArn, TrainingJobName: name },
  };
  await walk.aws.sqs.send(
    new SendMessageCommand({ QueueUrl: walk.outputs.DerivationQueueUrl, MessageBody: JSON.stringify(event) }),
  );
}

/** What the client of the platform has no need of. */
async function callMlflow(path: string, parameters: object): Promise<void> {
  const app = locateMlflowApp(walk.outputs.MlflowAppArn, sandbox.environment()[contract.jobEnvironment.mlflowEndpoint]);
  const { url, headers } = await signMlflowRequest(app, walk.aws.s3.config.credentials, {
    method: 'POST',
    path: `/api/2.0/mlflow/${path}`,
    query: {},
    body: JSON.stringify(parameters),
  });
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(parameters) });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
}

test('a tag that is moved between two jobs is a conflict that names both commits', async () => {
  const { checkout } = walk;
  await checkout.git('tag', 'moving', 'v1^{commit}');
  await checkout.git('push', '--quiet', 'origin', 'refs/tags/moving');
  const [before, after] = [await checkout.resolve('v1'), await checkout.resolve('v2')];
  expect(await tagsOf('before-move', { revision: 'moving' })).toMatchObject({
    'lineage.status': 'recorded',
    data_git_commit_id: before,
  });
  await checkout.git('push', '--quiet', '--force', 'origin', 'v2^{commit}:refs/tags/moving');
  expect(await tagsOf('after-move', { revision: 'moving' })).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(new RegExp(`revision-moved: .*${before}.*${after}`)),
  });
});

test('a run whose tag of the job is moved to another job puts that job in conflict, and keeps its own commit', async () => {
  await tagsOf('first-job');
  const [moved] = await runsOf(walk, 'first-job');
  const id = moved?.id ?? '';
  await walk.aws.mlflow(walk.outputs.MlflowAppArn).setTags(id, { 'sagemaker.training_job_name': 'second-job' });
  await train('second-job', { revision: 'v2' });
  const runs = await waitForConflict('second-job');
  expect(runs).toHaveLength(2);
  for (const { tags } of runs) {
    expect(tags['lineage.reason']).toContain(`run-of-two-jobs: the run ${id}`);
  }
  expect(runs.find((run) => run.id === id)?.tags).toMatchObject({
    data_git_commit_id: await walk.checkout.resolve('v1'),
    'lineage.training_job_arn': expect.stringContaining('training-job/first-job'),
  });
});

test('a tag of ours that a stranger wrote before is a conflict', async () => {
  const { aws, outputs } = walk;
  await train('other-job');
  const stranger = await waitForTaggedRun(walk, 'other-job');
  await aws.mlflow(outputs.MlflowAppArn).setTags(stranger.id, { 'lineage.training_job_arn': 'arn:of:nothing' });
  await lookAgain('other-job');
  const [run] = await waitForConflict('other-job');
  expect(run?.tags['lineage.reason']).toContain('run-of-two-jobs');
});

test('a job that is deleted and made again on other data is another job', async () => {
  const first = await tagsOf('same-name', { revision: 'v1' });
  await walk.aws.sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: 'same-name' }));
  await train('same-name', { revision: 'v2' });
  const runs = await eventually('the tags of both runs', 60, async () => {
    const both = await runsOf(walk, 'same-name');
    return both.length === 2 && both.every(({ tags }) => 'lineage.status' in tags) ? both : undefined;
  });
  const commits = runs.map(({ tags }) => tags.data_git_commit_id).sort();
  expect(commits).toEqual([await walk.checkout.resolve('v1'), await walk.checkout.resolve('v2')].sort());
  // what was written on the first one is as it was.
  expect(runs.map(({ tags }) => tags)).toContainEqual(first);
  const keys = runs.map(({ tags }) => tags['lineage.evidence']?.split('@')[0]);
  expect(new Set(keys).size).toBe(2);
  expect(keys.every((key) => key?.endsWith('/000001.json'))).toBe(true);
});

test('a model that is replaced after the tagging is a conflict as soon as the job is looked at again', async () => {
  const { aws, outputs } = walk;
  expect(await tagsOf('replaced', { script: 'write_model.py' })).toMatchObject({ 'lineage.status': 'recorded' });
  const { ModelArtifacts } = await aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'replaced' }));
  const Key = ModelArtifacts?.S3ModelArtifacts?.replace(`s3://${outputs.ArtifactBucketName}/`, '');
  await aws.s3.send(new PutObjectCommand({ Bucket: outputs.ArtifactBucketName, Key, Body: 'other weights' }));
  // control: there are two versions now.
  const { Versions } = await aws.s3.send(
    new ListObjectVersionsCommand({ Bucket: outputs.ArtifactBucketName, Prefix: Key }),
  );
  expect(Versions).toHaveLength(2);
  await lookAgain('replaced');
  const [run] = await waitForConflict('replaced');
  expect(run?.tags).toMatchObject({
    'lineage.reason': expect.stringContaining('model-bytes-differ'),
    'lineage.evidence': expect.stringContaining('/000002.json@sha256:'),
  });

  // with its first version deleted for good, S3 shows nothing but the other model.
  await aws.s3.send(
    new DeleteObjectCommand({ Bucket: outputs.ArtifactBucketName, Key, VersionId: Versions?.at(-1)?.VersionId }),
  );
  await lookAgain('replaced');
  const { tags } = await eventually('a third statement', 60, async () => {
    const [again] = await runsOf(walk, 'replaced');
    return again?.tags['lineage.evidence']?.includes('/000003.json@') ? again : undefined;
  });
  expect(tags).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(/model-bytes-differ: .*was stated/),
  });
});

test('a model version that is registered after the tagging is tagged when the job is looked at again, unless its bytes are elsewhere', async () => {
  const { data_git_commit_id } = await tagsOf('registered-late');
  const run = await waitForTaggedRun(walk, 'registered-late');
  const source = `${run.artifactLocation}/model`;
  await callMlflow('registered-models/create', { name: 'late' });
  await callMlflow('model-versions/create', { name: 'late', source, run_id: run.id });
  await callMlflow('model-versions/create', { name: 'late', source: 's3://elsewhere/model', run_id: run.id });
  await lookAgain('registered-late');
  const [own, foreign] = await eventually('the tags of the version', 60, async () => {
    const { versions } = await modelsOf(walk, run);
    const sorted = versions.sort((a, b) => Number(a.version) - Number(b.version));
    return sorted.some(({ tags }) => 'lineage.primary_run' in tags) ? sorted : undefined;
  });
  expect(own?.tags).toMatchObject({ data_git_commit_id, 'lineage.status': 'recorded' });
  expect(foreign).toMatchObject({ source: 's3://elsewhere/model', tags: {} });
});

test('a run that said nothing of its data is told it as an input, which makes no statement anew', async () => {
  const { 'lineage.evidence': evidence } = await tagsOf('told');
  const [before] = await runsOf(walk, 'told');
  expect(before?.datasets).toMatchObject([{ sourceType: 'dvc', context: 'lineage.derived' }]);
  await walk.aws.mlflow(walk.outputs.MlflowAppArn).setTags(before?.id ?? '', { 'lineage.status': 'verified' });
  await lookAgain('told');
  const again = await eventually('the status that is stated', 60, async () => {
    const [run] = await runsOf(walk, 'told');
    return run?.tags['lineage.status'] === 'recorded' ? run : undefined;
  });
  expect(again.datasets).toEqual(before?.datasets);
  expect(again.tags['lineage.evidence']).toBe(evidence);
});

describe('a Git host that redirects', () => {
  let host: Server;
  let redirecting: string;
  const asked: (string | undefined)[] = [];

  beforeAll(async () => {
    const tls = join(projectRoot, '.sandbox', 'tls');
    const read = (file: string) => readFileSync(join(tls, file));
    host = createServer({ cert: read('server.pem'), key: read('server.key') }, (request, response) => {
      asked.push(request.url);
      const location = walk.repository.url + (request.url ?? '').replace('/team/data.git', '');
      response.writeHead(302, { location }).end();
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    redirecting = `https://127.0.0.1:${(host.address() as AddressInfo).port}/team/data.git`;
  });
  afterAll(() => new Promise((resolve) => host.close(resolve)));

  test('is not followed: the job is parked with the reason, and its run says nothing', async () => {
    const { aws, repository } = walk;
    const outputs = await deployPlatform(sandbox.processEnvironment(), {
      platformName: 'redirected',
      dataRepositoryUrl: redirecting,
      dataRepositoryTokenSecretArn: repository.tokenSecretArn,
    });
    const redirected = {
      ...walk,
      platformName: 'redirected',
      outputs,
      repository: { ...repository, url: redirecting },
    };
    await startTrainingJob(aws, outputs, {
      name: 'job-of-redirected',
      script: join(SCRIPTS, 'log_run.py'),
      environment: jobEnvironment(redirected, 'v1'),
    });
    await waitForTrainingJob(aws, 'job-of-redirected');
    expect(await takeParkedMessage(aws.sqs, outputs.DerivationParkingUrl, 60)).toMatchObject({
      reason: 'git-refused',
      explanation: expect.stringContaining('redirects are not followed'),
    });
    // control: it was this host that was asked.
    expect(asked.length).toBeGreaterThan(0);
    const [run] = await runsOf(redirected, 'job-of-redirected');
    expect(Object.keys(run?.tags ?? {}).filter((key) => key.startsWith('lineage.'))).toEqual([]);
  });
});
