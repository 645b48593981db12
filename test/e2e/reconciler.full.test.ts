import { join } from 'node:path';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { contract } from '../../core/contract';
import { parseRemoteUrl } from '../../core/dvc/remote-layout';
import { BackfillReport } from '../../core/reconcile/backfill-report';
import { beginWalk } from '../../core/reconcile/walk';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import { trainingJobEvent } from '../../core/sagemaker/job-event';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { deployModel, makeModel, redeployModel, registerModel, transformWith } from '../../sandbox/walk/deployed-model';
import { bootstrapAccount, stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { readComplaints, setFaults } from '../../sandbox/walk/local-sagemaker';
import {
  deployWalk,
  jobEnvironment,
  modelsOf,
  runsOf,
  type Walk,
  waitForTaggedRun,
} from '../../sandbox/walk/platform-walk';
import { finish } from '../../sandbox/walk/run-program';
import { waitForTrainingJob } from '../../sandbox/walk/training-job';
import { eraseObject, hideObject, overwriteBelow, PlantedEstate, unprotect } from './planted-estate';

const PLATFORM = 'estate';
// an event that comes an hour later is lost for this test.
const LOST = { eventDelaySeconds: 3600 };

jest.setTimeout(180_000);

let sandbox: Sandbox;
let walk: Walk;
let estate: PlantedEstate;
/** what was planted, written down by hand as it was planted: the kind, the subject, and what is done about it. */
const planted: string[] = [];
let since: Date;

function plant(kind: string, subject: string, done: 'fed' | 'reported'): void {
  planted.push(`${kind} ${subject} ${done}`);
}

beforeAll(async () => {
  since = new Date(Date.now() - 60_000);
  sandbox = await Sandbox.start({ name: 'reconciler' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployWalk(sandbox, PLATFORM);
  estate = new PlantedEstate(sandbox, walk);
  for (const revision of ['v1', 'v2', 'v3']) {
    await walk.checkout.publish({ revision, files: { 'a.csv': `a,target\n${revision},0\n` } });
  }
  await makeSoundEstate();
  await plantLostEvents();
  await plantInMlflow();
  await plantInBuckets();
}, 400_000);

afterAll(async () => {
  await sandbox?.stop();
});

/** Everything that the ordinary way has dealt with, and what is of no concern to the platform. */
async function makeSoundEstate(): Promise<void> {
  const { aws } = walk;
  await Promise.all([
    estate.train('Sound', 'write_model.py', 'v1'),
    estate.train('Touched', 'log_several_runs.py', 'v2'),
    estate.train('Behind', 'write_model.py', 'v3'),
    // fails, because that role may not read its code.
    estate.start('Foreign', 'log_run.py', 'v1', await roleOf('PlatformMlflowAppRole')),
  ]);
  for (const name of ['Sound', 'Touched', 'Behind']) {
    await waitForTaggedRun(walk, name);
  }
  await waitForTrainingJob(aws, 'Foreign');
  const { modelUri } = await estate.trainingJob('Sound');
  await makeModel(aws, 'sound', modelUri);
  await makeModel(aws, 'sound-again', modelUri);
  await makeModel(aws, 'strange', `s3://${walk.outputs.ArtifactBucketName}/models/strange/model.tar.gz`);
  await deployModel(aws, 'Serving', 'sound');
  await deployModel(aws, 'Changing', 'sound');
  await deployModel(aws, 'Strange', 'strange');
  await transformWith(aws, 'Broken', 'sound');
  await registerModel(aws, 'Behind', (await estate.trainingJob('Behind')).modelUri);
  for (const prefix of ['endpoint/Serving', 'endpoint/Changing', 'transform-job/Broken', 'model-package/Behind.1']) {
    await waitForStatements(prefix, 1);
  }
}

/** What happens while no event is delivered. */
async function plantLostEvents(): Promise<void> {
  const { aws } = walk;
  await setFaults(sandbox, LOST);
  const { modelUri, arn } = await estate.trainingJob('Sound');
  const account = arn.split(':').slice(0, 5).join(':');

  const role = await roleOf('PlatformProcessingRole');
  await Promise.all([
    estate.train('Lost', 'log_run.py', 'v1'),
    estate.process('published-nothing', 'true', role, {}),
    // the lineage-deriver finds no tag of this name, and states nothing.
    estate.process('failed-before', 'false', role, { ...jobEnvironment(walk, 'never-made') }),
    estate.process('completed', 'true', role, { ...jobEnvironment(walk, 'v1') }),
  ]);
  plant('job-without-statement', `${account}:training-job/lost`, 'fed');
  plant('job-without-statement', `${account}:processing-job/completed`, 'fed');

  await deployModel(aws, 'Unseen', 'sound');
  plant('deployment-without-statement', `${account}:endpoint/unseen`, 'fed');
  await transformWith(aws, 'Unseen', 'sound');
  plant('deployment-without-statement', `${account}:transform-job/unseen`, 'fed');
  plant('deployment-without-statement', await registerModel(aws, 'Unseen', modelUri), 'fed');
  await registerModel(aws, 'Strange', `s3://${walk.outputs.ArtifactBucketName}/models/strange/model.tar.gz`);

  await redeployModel(aws, 'Changing', 'sound-again');
  plant('deployment-changed', `${account}:endpoint/changing`, 'fed');

  // a second statement about the job, of which the package is not told.
  const behind = await waitForTaggedRun(walk, 'Behind');
  await aws.mlflow(walk.outputs.MlflowAppArn).setTags(behind.id, { data_git_commit_id: 'f'.repeat(40) });
  const job = await estate.trainingJob('Behind');
  await aws.sqs.send(
    new SendMessageCommand({
      QueueUrl: walk.outputs.DerivationQueueUrl,
      MessageBody: trainingJobEvent({ arn: job.arn, name: 'Behind', createdAt: job.createdAt.toISOString() }),
    }),
  );
  await waitForStatements('training-job/Behind', 2);
  await eventually(
    'the tags of the second statement',
    60,
    async () =>
      (await waitForTaggedRun(walk, 'Behind')).tags['lineage.evidence']?.includes('/000002.json') || undefined,
  );
  plant('deployment-behind', `${account}:model-package/behind/1`, 'fed');
}

async function plantInMlflow(): Promise<void> {
  const runs = await runsOf(walk, 'Touched');
  const runNamed = (name: string) => {
    const run = runs.find(({ tags }) => tags['mlflow.runName'] === name);
    if (!run) {
      throw new Error(`the job has no run ${name}`);
    }
    return run;
  };
  const { id: changed, experimentId } = runNamed('changed');
  const { id: removed } = runNamed('removed');
  const { id: deleted } = runNamed('deleted');
  const { id: gone } = runNamed('gone');
  const kept = runNamed('kept');
  const mlflow = walk.aws.mlflow(walk.outputs.MlflowAppArn);

  await mlflow.setTags(changed, { 'lineage.status': 'verified' });
  plant('tags-differ', `mlflow:run/${changed}`, 'fed');
  await estate.callMlflow('runs/delete-tag', { run_id: removed, key: 'data_git_commit_id' });
  plant('tags-differ', `mlflow:run/${removed}`, 'fed');
  await estate.callMlflow('runs/delete', { run_id: deleted });
  plant('run-deleted', `mlflow:run/${deleted}`, 'reported');
  estate.eraseRun(gone);
  plant('run-gone', `mlflow:run/${gone}`, 'reported');

  const { arn } = await estate.trainingJob('Touched');
  const names = { 'sagemaker.training_job_name': 'Touched', 'sagemaker.training_job_arn': arn };
  plant('run-without-statement', `mlflow:run/${await estate.logRun(experimentId, kept.startedAt, names)}`, 'fed');
  const namedGone = {
    'sagemaker.training_job_name': 'Gone',
    'sagemaker.training_job_arn': arn.replace('touched', 'gone'),
  };
  plant('job-gone', `mlflow:run/${await estate.logRun(experimentId, new Date(), namedGone)}`, 'reported');

  const { loggedModels } = await modelsOf(walk, kept);
  for (const { id, tags } of loggedModels) {
    for (const key of Object.keys(tags).filter((name) => Object.values<string>(contract.runTags).includes(name))) {
      await estate.callMlflow(`logged-models/${id}/tags/${key}`, {}, 'DELETE');
    }
    plant('model-without-tags', `mlflow:logged-model/${id}`, 'fed');
  }
  await estate.callMlflow('registered-models/create', { name: 'late' });
  const register = (run_id: string, source: string) =>
    estate.callMlflow('model-versions/create', { name: 'late', source, run_id });
  await register(kept.id, `${kept.artifactLocation}/model`);
  plant('version-without-tags', 'models:/late/1', 'fed');
  // of no concern: bytes from elsewhere, a notebook, a namesake in another region, a run of before the job.
  await register(kept.id, 's3://elsewhere/model');
  const notebook = await estate.logRun(experimentId, new Date(), {});
  await register(notebook, 's3://elsewhere/model');
  const elsewhere = {
    ...names,
    'sagemaker.training_job_arn': arn.replace(/sagemaker:[a-z0-9-]+/, 'sagemaker:eu-west-3'),
  };
  await estate.logRun(experimentId, kept.startedAt, elsewhere);
  await estate.logRun(experimentId, new Date(kept.startedAt.getTime() - 3600_000), names);

  // experiments that somebody deleted are looked at as well.
  await estate.callMlflow('experiments/delete', { experiment_id: await experimentOfLateRun(names, kept.startedAt) });
}

async function experimentOfLateRun(names: Readonly<Record<string, string>>, startedAt: Date): Promise<string> {
  const { experiment_id } = await estate.callMlflow<{ experiment_id: string }>('experiments/create', { name: 'aside' });
  const id = await estate.logRun(experiment_id, startedAt, names);
  plant('run-deleted', `mlflow:run/${id}`, 'reported');
  return experiment_id;
}

async function plantInBuckets(): Promise<void> {
  const { s3 } = walk.aws;
  const { bucket, prefix } = parseRemoteUrl(walk.outputs.DvcRemoteUrl);
  const address = async (job: string) =>
    (await runsOf(walk, job)).flatMap(({ tags }) => tags['lineage.dataset'] ?? [])[0] ?? '';
  const keyOf = (dataset: string) => {
    const md5 = dataset.split('@')[1] ?? '';
    return `${prefix}/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
  };
  const [hidden, erased] = [await address('Touched'), await address('Behind')];
  await unprotect(s3, bucket);
  await hideObject(s3, bucket, keyOf(hidden));
  plant('dataset-changed', `${walk.outputs.DvcRemoteUrl}#${hidden}`, 'reported');
  await eraseObject(s3, bucket, keyOf(erased));
  plant('dataset-missing', `${walk.outputs.DvcRemoteUrl}#${erased}`, 'reported');

  await unprotect(s3, walk.outputs.EvidenceBucketName);
  const key = await overwriteBelow(s3, walk.outputs.EvidenceBucketName, `${PLATFORM}/transform-job/Broken/`);
  plant('evidence-broken', key.replace(/[^/]*$/, ''), 'reported');
}

async function roleOf(logicalId: string): Promise<string> {
  const { StackResources = [] } = await walk.aws.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stackNameOf(PLATFORM) }),
  );
  const role = StackResources.find(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === 'AWS::IAM::Role' && LogicalResourceId?.startsWith(logicalId),
  );
  return `arn:aws:iam::${sandbox.account}:role/${role?.PhysicalResourceId}`;
}

async function statementsBelow(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const reader = s3EvidenceReader(walk.aws.s3, walk.outputs.EvidenceBucketName);
  for await (const { key, versionId } of reader.versions(`${PLATFORM}/${prefix}`)) {
    keys.push(`${key} ${versionId}`);
  }
  return keys;
}

function waitForStatements(prefix: string, count: number): Promise<string[]> {
  return eventually(`${count} statements below ${prefix}`, 60, async () => {
    const keys = await statementsBelow(`${prefix}/`);
    return keys.length >= count ? keys : undefined;
  });
}

/** Begins a walk over all that there is up to now: the schedule's own leaves out the last hour. */
async function askForWalk(name: string): Promise<void> {
  const walkBegun = beginWalk(name, since, new Date());
  const QueueUrl = walk.outputs.WalkQueueUrl;
  await walk.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(walkBegun) }));
}

interface LogLine {
  readonly message: string;
  readonly walk: string;
  readonly kind: string;
  readonly subject: string;
  readonly done: string;
  readonly looked: Readonly<Record<string, { seen: number; ours: number }>>;
  readonly gaps: Readonly<Record<string, number>>;
}

let logGroup: string | undefined;

async function readLog(name: string): Promise<LogLine[]> {
  const { aws } = walk;
  logGroup ??= await reconcilerLogGroup();
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  do {
    const page = await aws.cloudWatchLogs.send(
      new FilterLogEventsCommand({ logGroupName: logGroup, ...(nextToken && { nextToken }) }),
    );
    lines.push(...(page.events ?? []).flatMap(({ message = '' }) => parsed(message)));
    nextToken = page.nextToken;
  } while (nextToken);
  return lines.filter((line) => line.walk === name);
}

function parsed(message: string): LogLine[] {
  try {
    return [JSON.parse(message)];
  } catch {
    return [];
  }
}

async function reconcilerLogGroup(): Promise<string> {
  const { StackResources = [] } = await walk.aws.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stackNameOf(PLATFORM) }),
  );
  const found = StackResources.find(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === 'AWS::Logs::LogGroup' && LogicalResourceId?.startsWith('PlatformReconcilerReconcilerLogs'),
  );
  return found?.PhysicalResourceId ?? '';
}

/** Waits until a walk says that it is finished. */
async function finishedWalk(name: string) {
  const lines = await eventually(`the end of the walk ${name}`, 120, async () => {
    const found = await readLog(name);
    return found.some(({ message }) => message === 'walk finished') ? found : undefined;
  });
  const gaps = lines.filter(({ message }) => message === 'gap found');
  return {
    gaps: [...new Set(gaps.map(({ kind, subject, done }) => `${kind} ${subject} ${done}`))].sort(),
    summary: lines.find(({ message }) => message === 'walk finished'),
  };
}

/** Has the command line look at all that there is up to now. */
async function backfill(...args: string[]) {
  const { code, output, errors } = await finish(
    join(projectRoot, 'assets', 'ml-lineage.cjs'),
    [
      ...['backfill', '--stack', stackNameOf(PLATFORM), '--json', '--rate', '100', ...args],
      ...['--since', since.toISOString(), '--until', new Date().toISOString()],
    ],
    { environment: sandbox.processEnvironment() },
  );
  if (!output) {
    throw new Error(`the backfill ended with ${code}: ${errors}`);
  }
  const report = BackfillReport.parse(JSON.parse(output));
  const gaps = report.gaps.map(
    ({ kind, subject, canBeMended }) => `${kind} ${subject} ${canBeMended ? 'fed' : 'reported'}`,
  );
  return { code, report, gaps: [...new Set(gaps)].sort() };
}

async function untilQuiet(): Promise<void> {
  const { aws, outputs } = walk;
  const queues = [outputs.DerivationQueueUrl, outputs.TaggingQueueUrl, outputs.WalkQueueUrl, outputs.ChangesQueueUrl];
  let quiet = 0;
  await eventually('empty queues', 120, async () => {
    const counts = await Promise.all(
      queues.map(async (QueueUrl) => {
        const { Attributes = {} } = await aws.sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl,
            AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
          }),
        );
        return Object.values(Attributes).every((count) => count === '0');
      }),
    );
    // between two queues a message is in neither for a moment.
    quiet = counts.every(Boolean) ? quiet + 1 : 0;
    return quiet > 4 || undefined;
  });
}

test('a plan of the command line finds each planted gap and nothing else, and changes nothing', async () => {
  const before = await statementsBelow('');
  const { code, gaps, report } = await backfill('--plan');
  expect(gaps).toEqual([...planted].sort());
  expect(report).toMatchObject({ isPlan: true, finished: true, messages: expect.any(Number) });
  expect(code).toBe(2);
  await untilQuiet();
  expect(await statementsBelow('')).toEqual(before);
});

test('walks that are begun twice at once find each planted gap, and invent none', async () => {
  await Promise.all([askForWalk('planted-1'), askForWalk('planted-2')]);
  const found = [...(await finishedWalk('planted-1')).gaps, ...(await finishedWalk('planted-2')).gaps];
  expect(found.filter((gap) => !planted.includes(gap))).toEqual([]);
  // what is mended while they walk, they need not find any more.
  const reported = planted.filter((gap) => gap.endsWith(' reported'));
  expect(reported.filter((gap) => !found.includes(gap))).toEqual([]);
});

test('what was looked at is told with what was found', async () => {
  const { summary } = await finishedWalk('planted-1');
  expect(summary?.looked).toMatchObject({
    'training-jobs': { seen: 5, ours: 4 },
    'processing-jobs': { seen: 3, ours: 3 },
    endpoints: { seen: 4, ours: 3 },
  });
  expect(Object.keys(summary?.looked ?? {})).toHaveLength(10);
});

test('what can be mended is mended, by one statement each, and what cannot is found again', async () => {
  await untilQuiet();
  for (const prefix of [
    'training-job/Lost',
    'processing-job/completed',
    'endpoint/Unseen',
    'transform-job/Unseen',
    'model-package/Unseen.1',
  ]) {
    expect([prefix, await statementsBelow(`${prefix}/`)]).toEqual([prefix, [expect.any(String)]]);
  }
  expect(await statementsBelow('endpoint/Changing/')).toHaveLength(2);
  expect(await statementsBelow('model-package/Behind.1/')).toHaveLength(2);
  const again = await backfill();
  // of the others, a new statement tells: what it says of the data, and which runs the job has left.
  const left = planted.filter((gap) => /^(dataset-missing|evidence-broken|job-gone)/.test(gap));
  expect(again.gaps).toEqual(expect.arrayContaining(left));
  expect(again.gaps.filter((gap) => gap.endsWith(' fed'))).toEqual([]);
});

test('a walk over a mended estate changes nothing', async () => {
  await untilQuiet();
  const before = [await statementsBelow(''), await runsOf(walk, 'Touched'), await runsOf(walk, 'Sound')];
  await Promise.all([askForWalk('quiet-1'), askForWalk('quiet-2')]);
  await finishedWalk('quiet-1');
  await finishedWalk('quiet-2');
  await untilQuiet();
  expect([await statementsBelow(''), await runsOf(walk, 'Touched'), await runsOf(walk, 'Sound')]).toEqual(before);
});

test('the local SageMaker was asked for nothing it does not know', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
