import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DeleteRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { locateMlflowApp, signMlflowRequest } from '../../core/mlflow/signed-request';
import { Sandbox } from '../../sandbox/instance';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import { clientsOfRole } from '../../sandbox/walk/deployed-role';
import { bootstrapAccount, stackNameOf } from '../../sandbox/walk/deployment';
import {
  readComplaints,
  readJobIsolation,
  setFaults,
  startMlflow,
  stopMlflow,
} from '../../sandbox/walk/local-sagemaker';
import { sendAgain, takeParkedMessage } from '../../sandbox/walk/parked-messages';
import {
  deployWalk,
  jobEnvironment,
  runsOf,
  TRAIN_SCRIPT,
  type Walk,
  waitForTaggedRun,
} from '../../sandbox/walk/platform-walk';
import { readBack } from '../../sandbox/walk/read-back';
import { finish, runProgram } from '../../sandbox/walk/run-program';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import {
  readTrainingJobLog,
  startTrainingJob,
  type TrainingJobOptions,
  waitForTrainingJob,
} from '../../sandbox/walk/training-job';

const SCRIPTS = join(__dirname, 'scripts');
const LOG_RUN = join(SCRIPTS, 'log_run.py');
const REVISION = 'v1.0-e2e';

jest.setTimeout(180_000);

let sandbox: Sandbox;
let radiology: Walk;
let oncology: Walk;
let commit: string;

/** Runs a job to its end; a job that does not complete fails the test with its log. */
async function train(walk: Walk, name: string, more: Partial<TrainingJobOptions> = {}): Promise<void> {
  await startTrainingJob(walk.aws, walk.outputs, {
    name,
    script: LOG_RUN,
    environment: jobEnvironment(walk, REVISION),
    ...more,
  });
  const job = await waitForTrainingJob(walk.aws, name);
  if (job.TrainingJobStatus !== 'Completed') {
    throw new Error(
      `${name} ended as ${job.TrainingJobStatus}: ${job.FailureReason}\n${await readTrainingJobLog(sandbox, name)}`,
    );
  }
}

async function tagsOf(walk: Walk, jobName: string): Promise<Readonly<Record<string, string>>> {
  const [run, ...more] = await runsOf(walk, jobName);
  expect(more).toEqual([]);
  return run?.tags ?? {};
}

/** What MLflow's own client says, asked through the signed gateway. */
async function readWithMlflow(walk: Walk): Promise<Record<string, Record<string, string>>> {
  const python = join(environmentDirectory('jobs'), 'bin', 'python');
  const script = join(SCRIPTS, 'read_runs.py');
  return JSON.parse(
    await runProgram(python, [script, walk.outputs.MlflowAppArn], { environment: sandbox.processEnvironment() }),
  );
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'e2e' });
  console.info(`job isolation: ${await readJobIsolation(sandbox)}`);
  await bootstrapAccount(sandbox.processEnvironment());
  radiology = await deployWalk(sandbox, 'radiology');
  oncology = await deployWalk(sandbox, 'oncology');
  const files = await sampleDataset(sandbox.processEnvironment(), 100);
  commit = await radiology.checkout.publish({ revision: REVISION, files });
  await oncology.checkout.publish({ revision: REVISION, files });
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('what is deployed is what the template asks for', async () => {
  const { passed, report } = await readBack(sandbox.processEnvironment(), stackNameOf('radiology'));
  expect(report).toContain('agree');
  expect(passed).toBe(true);
});

test('a plain script is tagged with the commit that git names, by nobody but the deployed functions', async () => {
  await train(radiology, 'Plain-Script', { script: TRAIN_SCRIPT });
  const run = await waitForTaggedRun(radiology, 'Plain-Script');

  expect(await radiology.checkout.resolve(REVISION)).toBe(commit);
  expect((await readWithMlflow(radiology))[run.id]).toMatchObject({
    data_git_commit_id: commit,
    'lineage.status': 'recorded',
    'lineage.assurance': 'configured',
    'lineage.reason': 'not compared: dataset-statement, file-contents, run-claims, script-input',
    'lineage.data_repository': radiology.repository.url,
    'lineage.data_revision': REVISION,
    'lineage.dataset': expect.stringMatching(/^data@[0-9a-f]{32}\.dir$/),
    'lineage.platform': 'radiology',
    'lineage.training_job_arn': 'arn:aws:sagemaker:us-east-1:111122223333:training-job/plain-script',
    'lineage.recorded_by': expect.stringMatching(/^cdk-ml-lineage\//),
  });
});

test('doubled and reordered events, and a throttled SageMaker, change nothing in the end', async () => {
  await setFaults(sandbox, { eventDuplicates: 3, eventReorder: true, throttle: { DescribeTrainingJob: 2 } });
  try {
    await train(radiology, 'noisy-events');
    const before = (await waitForTaggedRun(radiology, 'noisy-events')).tags;
    expect(before).toMatchObject({ data_git_commit_id: commit, 'lineage.status': 'recorded' });
    await sleep(5_000);
    expect(await tagsOf(radiology, 'noisy-events')).toEqual(before);
  } finally {
    await setFaults(sandbox, {});
  }
});

test('an unknown revision leaves the run without a commit, and says why', async () => {
  await train(radiology, 'unknown-revision', { environment: jobEnvironment(radiology, 'v9.9-nowhere') });
  const { tags } = await waitForTaggedRun(radiology, 'unknown-revision');
  expect(tags).toMatchObject({
    'lineage.status': 'unresolved',
    'lineage.reason': expect.stringMatching(/^revision-not-found: .*v9\.9-nowhere/),
  });
  expect(tags).not.toHaveProperty('data_git_commit_id');
});

test('a repository that is not on the list is not read, and the run says why', async () => {
  const environment = { ...jobEnvironment(radiology, REVISION), DVC_REPO_URL: oncology.repository.url };
  await train(radiology, 'foreign-repository', { environment });
  const { tags } = await waitForTaggedRun(radiology, 'foreign-repository');
  expect(tags).toMatchObject({
    'lineage.status': 'unresolved',
    'lineage.reason': expect.stringMatching(/^repository-not-allowed: /),
  });
  expect(tags).not.toHaveProperty('data_git_commit_id');
});

test('a commit that the script wrote itself stays, and the run is in conflict', async () => {
  await train(radiology, 'own-claim', { script: join(SCRIPTS, 'claim_commit.py') });
  const { tags } = await waitForTaggedRun(radiology, 'own-claim');
  expect(tags).toMatchObject({ data_git_commit_id: 'f'.repeat(40), 'lineage.status': 'conflict' });
  expect(tags['lineage.reason']).toContain(commit);
});

test('a wrong token parks the event with the reason; with the right one it is tagged when sent again', async () => {
  const { aws, repository, outputs } = radiology;
  const setToken = (SecretString: string) =>
    aws.secretsManager.send(new PutSecretValueCommand({ SecretId: repository.tokenSecretArn, SecretString }));
  await setToken('wrong');
  try {
    await train(radiology, 'wrong-token');
    const parked = await takeParkedMessage(aws.sqs, outputs.DerivationParkingUrl, 60);
    expect(parked).toMatchObject({ reason: 'git-refused', explanation: expect.stringContaining('refuses the token') });
    expect(await tagsOf(radiology, 'wrong-token')).not.toHaveProperty('data_git_commit_id');

    await setToken(sandbox.gitToken);
    await sendAgain(aws.sqs, outputs.DerivationQueueUrl, parked);
    await expect(waitForTaggedRun(radiology, 'wrong-token')).resolves.toMatchObject({
      tags: { data_git_commit_id: commit },
    });
  } finally {
    await setToken(sandbox.gitToken);
  }
});

test('two platforms in one account do not touch each other', async () => {
  await Promise.all([train(radiology, 'of-radiology'), train(oncology, 'of-oncology')]);
  const [ours, theirs] = await Promise.all([
    waitForTaggedRun(radiology, 'of-radiology'),
    waitForTaggedRun(oncology, 'of-oncology'),
  ]);
  expect(ours.tags['lineage.platform']).toBe('radiology');
  expect(theirs.tags['lineage.platform']).toBe('oncology');
  await expect(runsOf(radiology, 'of-oncology')).resolves.toEqual([]);
  await expect(runsOf(oncology, 'of-radiology')).resolves.toEqual([]);
});

test('ml-lineage trace follows a run, checks each link, and ends as not provable because there is no evidence', async () => {
  await train(radiology, 'traced');
  const run = await waitForTaggedRun(radiology, 'traced');
  const { code, output } = await finish(
    join(projectRoot, 'assets', 'ml-lineage.cjs'),
    ['trace', run.id, '--stack', stackNameOf('radiology')],
    { environment: sandbox.processEnvironment() },
  );
  expect(output).toMatch(new RegExp(`^data commit +${commit}\\n +ok`, 'm'));
  expect(output).toMatch(/^dataset +data@[0-9a-f]{32}\.dir\n +ok/m);
  expect(code).toBe(2);
});

test('MLflow takes a signed request as it was signed, and no other', async () => {
  const { MlflowAppArn } = radiology.outputs;
  const environment = sandbox.environment();
  const app = locateMlflowApp(MlflowAppArn, environment.SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT);
  const credentials = async () => ({
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  });
  const body = JSON.stringify({ max_results: 1 });
  const request = { method: 'POST', path: '/api/2.0/mlflow/experiments/search', query: {}, body };
  const { url, headers } = await signMlflowRequest(app, credentials, request);
  const post = (change: RequestInit) => fetch(url, { method: 'POST', headers, body, ...change });

  expect((await post({})).status).toBe(200);
  expect((await post({ body: body.replace('1', '2') })).status).toBe(403);
  expect((await post({ headers: { ...headers, 'x-sm-mlflow-app-arn': oncology.outputs.MlflowAppArn } })).status).toBe(
    403,
  );
  const { authorization: _left, ...unsigned } = headers;
  expect((await post({ headers: unsigned })).status).toBe(403);
});

describe('the deployed roles', () => {
  const refused = expect.objectContaining({ name: expect.stringMatching(/^AccessDenied/) });
  const stack = stackNameOf('radiology');
  const lambda = 'lambda.amazonaws.com';
  const remote = () => {
    const [, Bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(radiology.outputs.DvcRemoteUrl) ?? [];
    return { Bucket, prefix };
  };

  test('training may pull datasets and keep models, and can neither push nor overwrite a dataset', async () => {
    const { Bucket, prefix } = remote();
    const { s3 } = await clientsOfRole(sandbox, {
      stack,
      logicalId: 'PlatformTrainingRole',
      service: 'sagemaker.amazonaws.com',
    });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/files` }));
    const Key = Contents[0]?.Key;
    await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).resolves.toBeDefined();
    await expect(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'forged' }))).rejects.toEqual(refused);
    await expect(
      s3.send(new PutObjectCommand({ Bucket: radiology.outputs.ArtifactBucketName, Key: 'models/x', Body: 'model' })),
    ).resolves.toBeDefined();
  });

  test('the lineage-deriver reads listings and the token, and neither records nor runs', async () => {
    const { Bucket, prefix } = remote();
    const deriver = await clientsOfRole(sandbox, {
      stack,
      logicalId: 'PlatformRunTaggerLineageDeriverRole',
      service: lambda,
    });
    const { Contents = [] } = await deriver.s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/files` }));
    const keys = Contents.map(({ Key }) => Key ?? '');
    const listing = keys.find((key) => key.endsWith('.dir'));
    const record = keys.find((key) => !key.endsWith('.dir'));
    await expect(deriver.s3.send(new GetObjectCommand({ Bucket, Key: listing }))).resolves.toBeDefined();
    await expect(deriver.s3.send(new GetObjectCommand({ Bucket, Key: record }))).rejects.toEqual(refused);
    const secret = new GetSecretValueCommand({ SecretId: radiology.repository.tokenSecretArn });
    await expect(deriver.secretsManager.send(secret)).resolves.toMatchObject({ SecretString: sandbox.gitToken });
    await expect(deriver.mlflow(radiology.outputs.MlflowAppArn).getRun('any')).rejects.toThrow(/HTTP 403/);
  });

  test('the run-tagger calls its own MLflow App, and reads neither token nor data, nor the app of another platform', async () => {
    const { Bucket, prefix } = remote();
    const tagger = await clientsOfRole(sandbox, {
      stack,
      logicalId: 'PlatformRunTaggerRunTaggerRole',
      service: lambda,
    });
    await expect(tagger.mlflow(radiology.outputs.MlflowAppArn).getRun('nobody')).resolves.toBeUndefined();
    await expect(tagger.mlflow(oncology.outputs.MlflowAppArn).getRun('nobody')).rejects.toThrow(/HTTP 403/);
    const secret = new GetSecretValueCommand({ SecretId: radiology.repository.tokenSecretArn });
    await expect(tagger.secretsManager.send(secret)).rejects.toEqual(refused);
    await expect(tagger.s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))).rejects.toEqual(refused);
  });
});

test('MLflow is away when the job ends and back a minute later: the run is tagged without help', async () => {
  const { MlflowAppArn } = oncology.outputs;
  // the event waits until MLflow is stopped, or the run could be tagged before.
  await setFaults(sandbox, { eventDelaySeconds: 5 });
  await train(oncology, 'mlflow-outage');
  await stopMlflow(sandbox, MlflowAppArn);
  await setFaults(sandbox, {});
  await expect(runsOf(oncology, 'mlflow-outage')).rejects.toThrow(/503/);
  await sleep(60_000);
  await startMlflow(sandbox, MlflowAppArn);
  await expect(waitForTaggedRun(oncology, 'mlflow-outage', 90)).resolves.toMatchObject({
    tags: { 'lineage.status': 'recorded' },
  });
});

test('a property that is broken in the account is found by the read-back', async () => {
  const { StackResources = [] } = await oncology.aws.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stackNameOf('oncology') }),
  );
  const bucket = StackResources.find(({ LogicalResourceId }) =>
    LogicalResourceId?.startsWith('PlatformDvcRemoteBucket'),
  );
  await oncology.aws.s3.send(
    new PutPublicAccessBlockCommand({
      Bucket: bucket?.PhysicalResourceId,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: false,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  const { passed, report } = await readBack(sandbox.processEnvironment(), stackNameOf('oncology'));
  expect(passed).toBe(false);
  expect(report).toContain('BlockPublicPolicy');
});

test('without the event rule no run is tagged; with it, another platform is at the same time', async () => {
  const { Rules = [] } = await oncology.aws.eventBridge.send(
    new ListRulesCommand({ NamePrefix: stackNameOf('oncology') }),
  );
  const ofTrainingJobs = Rules.filter(({ EventPattern = '' }) => EventPattern.includes('Training Job State Change'));
  expect(ofTrainingJobs).toHaveLength(1);
  const Rule = ofTrainingJobs[0]?.Name;
  const { Targets = [] } = await oncology.aws.eventBridge.send(new ListTargetsByRuleCommand({ Rule }));
  await oncology.aws.eventBridge.send(new RemoveTargetsCommand({ Rule, Ids: Targets.map(({ Id }) => Id ?? '') }));
  await oncology.aws.eventBridge.send(new DeleteRuleCommand({ Name: Rule }));

  await Promise.all([train(oncology, 'without-rule'), train(radiology, 'with-rule')]);
  await waitForTaggedRun(radiology, 'with-rule');
  await sleep(3_000);
  const tags = await tagsOf(oncology, 'without-rule');
  expect(tags).toHaveProperty(['sagemaker.training_job_name']);
  expect(Object.keys(tags).filter((key) => key.startsWith('lineage.') || key === 'data_git_commit_id')).toEqual([]);
});

test('the local SageMaker was asked for nothing it does not know, and answered nothing that AWS would not', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
