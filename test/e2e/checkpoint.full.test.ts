import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { readStackOutputs } from '../../core/cloudformation/stack-outputs';
import { dayBefore } from '../../core/evidence/day';
import { censusSources } from '../../lambda/checkpoint-recorder/census-sources';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { clientsOfRole } from '../../sandbox/walk/deployed-role';
import { bootstrapAccount, stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { deployWalk, jobEnvironment, type Walk, waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { readBack } from '../../sandbox/walk/read-back';
import { finish } from '../../sandbox/walk/run-program';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';

const PLATFORM = 'radiology';
const STACK = stackNameOf(PLATFORM);
const JOB = 'Checked';

jest.setTimeout(180_000);

let sandbox: Sandbox;
let walk: Walk;
let bucket: string;
let fingerprint: string;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'checkpoint' });
  await bootstrapAccount(sandbox.processEnvironment());
  const alarmTopicArn = `arn:aws:sns:${sandbox.environment().AWS_REGION}:${sandbox.environment().AWS_ACCESS_KEY_ID}:alarms`;
  walk = await deployWalk(sandbox, PLATFORM, { alarmTopicArn });
  const { aws, outputs } = walk;
  bucket = (await readStackOutputs(aws.cloudFormation, STACK)).evidenceBucketName;
  const { PublicKey } = await aws.kms.getPublicKey({ KeyId: outputs.SigningKeyArn });
  fingerprint = createHash('sha256')
    .update(PublicKey ?? '')
    .digest('hex');
  await walk.checkout.publish({ revision: 'v1', files: { 'a.csv': 'a,target\n1,0\n' } });
  await startTrainingJob(aws, outputs, {
    name: JOB,
    script: join(__dirname, 'scripts', 'log_run.py'),
    environment: jobEnvironment(walk, 'v1'),
  });
  await waitForTrainingJob(aws, JOB);
  await waitForTaggedRun(walk, JOB);
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

/** Asks for the checkpoint as the schedule does, and waits until the function has dealt with it. */
async function askForCheckpoint(): Promise<void> {
  const { aws, outputs } = walk;
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time: new Date().toISOString() };
  const QueueUrl = outputs.CheckpointQueueUrl;
  await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
  await eventually('the checkpoint', 90, async () => {
    const { Attributes = {} } = await aws.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).every((count) => count === '0') || undefined;
  });
}

async function versionsBelow(prefix: string): Promise<ObjectVersion[]> {
  const { Versions = [] } = await walk.aws.s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: `${PLATFORM}/${prefix}/` }),
  );
  return Versions;
}

function verifyCheckpoint() {
  return finish(
    join(projectRoot, 'assets', 'ml-lineage.cjs'),
    ['evidence', 'checkpoint', '--stack', STACK, '--trust', fingerprint],
    { environment: sandbox.processEnvironment() },
  );
}

test('the schedule, its queue, the alarms and the dashboard are deployed as the template asks for', async () => {
  const { passed, report } = await readBack(sandbox.processEnvironment(), STACK);
  expect(passed ? 'passed' : report).toBe('passed');
});

test('a platform without a checkpoint is not provable', async () => {
  const { code, output } = await verifyCheckpoint();
  expect(output).toMatch(/^checkpoint +none of the platform radiology could be verified/m);
  expect(code).toBe(2);
});

test('a checkpoint covers all statements, and agrees with them', async () => {
  await askForCheckpoint();
  const { code, output } = await verifyCheckpoint();
  expect(output).toMatch(/^checkpoint +number 1 of radiology, for \d{4}-\d\d-\d\d, 0 hours old$/m);
  expect(output).toMatch(/each statement was verified, and no chain ends before the checkpoint says/);
  expect(output).not.toMatch(/NOT COUNTED|BROKEN/);
  expect(code).toBe(0);
  const chains = new Set((await versionsBelow('training-job')).map(({ Key = '' }) => Key.replace(/[^/]*$/, '')));
  expect([...chains]).toEqual([expect.stringMatching(/^radiology\/training-job\/Checked\//)]);
});

test('asked for again, and twice at once, it says no more', async () => {
  await Promise.all([askForCheckpoint(), askForCheckpoint()]);
  expect(await versionsBelow('checkpoint')).toHaveLength(1);
});

test('with its own rights it finds the jobs, runs and statements of a day', async () => {
  const role = await clientsOfRole(sandbox, {
    stack: STACK,
    logicalId: 'PlatformCheckpointRecorderRecorderRole',
    service: 'lambda.amazonaws.com',
  });
  const scope = { platform: PLATFORM, jobRoleArns: [walk.outputs.TrainingRoleArn] };
  const sources = censusSources(scope, role.sagemaker, role.mlflow(walk.outputs.MlflowAppArn));
  const yesterday = dayBefore(new Date());
  const sinceYesterday = { ...yesterday, end: new Date(Date.now() + 60_000) };
  expect(await sources.jobs('training-job', sinceYesterday)).toMatchObject({
    listed: 1,
    ours: [{ chain: { name: JOB }, running: false }],
  });
  const ofOthers = censusSources({ ...scope, jobRoleArns: [] }, role.sagemaker, role.mlflow(walk.outputs.MlflowAppArn));
  expect(await ofOthers.jobs('training-job', sinceYesterday)).toEqual({ listed: 1, ours: [] });
  expect(await sources.jobs('processing-job', sinceYesterday)).toEqual({ listed: 0, ours: [] });
  expect(await sources.runs(sinceYesterday)).toEqual({
    started: 1,
    statements: [expect.stringMatching(/^radiology\/training-job\/Checked\/.*\/000001\.json@sha256:[0-9a-f]{64}$/)],
  });
  expect(await sources.runs({ ...yesterday, end: yesterday.start })).toEqual({ started: 0, statements: [] });
  expect(await sources.countModelVersions(sinceYesterday)).toBe(0);
});

test('what somebody deletes or writes over who took the protection away is found, today and by each later checkpoint', async () => {
  const { s3 } = walk.aws;
  const [statement] = await versionsBelow('training-job');
  const [revision] = await versionsBelow('data-revision');
  const erase = new DeleteObjectCommand({
    Bucket: bucket,
    Key: statement?.Key,
    VersionId: statement?.VersionId,
    BypassGovernanceRetention: true,
  });
  const overwrite = new PutObjectCommand({ Bucket: bucket, Key: revision?.Key, Body: '{}' });
  // control: as the platform was deployed, not even the root user can.
  await expect(s3.send(erase)).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(s3.send(overwrite)).rejects.toMatchObject({ name: 'AccessDenied' });

  await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  await s3.send(erase);
  await s3.send(overwrite);
  const found = await verifyCheckpoint();
  expect(found.output).toMatch(/^BROKEN +truncated at radiology\/training-job\/Checked\//m);
  expect(found.output).toMatch(/^BROKEN +second-version at radiology\/data-revision\//m);
  expect(found.code).toBe(1);

  await askForCheckpoint();
  const later = await verifyCheckpoint();
  expect(later.output).toMatch(/^checkpoint +number 2 of radiology/m);
  expect(later.output).toMatch(/^BROKEN +the checkpoint itself found 2 problems when it was made/m);
  expect(later.output).toMatch(/^BROKEN +truncated at radiology\/training-job\/Checked\//m);
  expect(later.code).toBe(1);
});
