import { GetBucketPolicyCommand, HeadObjectCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { contract } from '../../core/contract';
import type { WorkQueueName } from '../../core/delivery/redrive-report';
import { beginWalk } from '../../core/reconcile/walk';
import { Sandbox } from '../../sandbox/instance';
import { deployModel, makeModel, redeployModel } from '../../sandbox/walk/deployed-model';
import { eventually } from '../../sandbox/walk/eventually';
import { setFaults, startMlflow, stopMlflow } from '../../sandbox/walk/local-sagemaker';
import { waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { overwriteBelow, unprotect } from './planted-estate';
import { ofEachQueue, QUEUES, WATCHED, WatchedPlatform } from './watched-platform';

jest.setTimeout(300_000);

let sandbox: Sandbox;
let platform: WatchedPlatform;

const raised = () => platform.raised();
const statusOf = async (job: string) => (await waitForTaggedRun(platform.walk, job)).tags['lineage.status'];

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'alarms' });
  platform = await WatchedPlatform.deploy(sandbox);
  await platform.walk.checkout.publish({ revision: 'v1', files: { 'a.csv': 'a,target\n1,0\n' } });
}, 400_000);

afterAll(async () => {
  await platform?.end();
  await sandbox?.stop();
});

test('a platform that nobody asked for a checkpoint or a walk raises an alarm on each after a day, and only those', async () => {
  await platform.skip(28 * 60 + 1);
  expect(await raised()).toEqual(['CheckpointMissed', 'WalkMissed']);
  await platform.resolve('CheckpointMissed');
  await platform.resolve('WalkMissed');
  await platform.waitUntilEmpty(['checkpoint', 'walk']);
  expect(await raised()).toEqual([]);
});

test('functions that somebody switched off: too much waits, for too long, and jobs end in silence', async () => {
  const { aws } = platform.walk;
  await platform.train('Waiting', 'v1');
  await waitForTaggedRun(platform.walk, 'Waiting');
  await platform.switchWorkers('--no-enabled', ['tagging']);
  await platform.lookAgain('Waiting');
  const [derivation] = await eventually('a derivation', 60, async () => {
    const bodies = await platform.lookInto('tagging');
    return bodies.length > 0 ? bodies : undefined;
  });
  await platform.switchWorkers('--no-enabled');
  // what was derived before is no longer among the last hours then.
  await platform.skip(120);
  await Promise.all(Array.from({ length: 100 }, () => platform.send('tagging', derivation)));
  await platform.shell.run(`aws iam create-role --role-name stranger --assume-role-policy-document '{"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'`);
  const roleArn = `arn:aws:iam::${sandbox.environment().AWS_ACCESS_KEY_ID}:role/stranger`;
  // a wave of events about what is of no concern to the platform.
  await setFaults(sandbox, { eventDuplicates: 100 });
  await platform.train('Of-Others', 'v1', { roleArn });
  await makeModel(aws, 'of-others', 's3://others/model.tar.gz');
  await deployModel(aws, 'of-others', 'of-others');
  for (let asked = 0; asked < 3; asked += 1) {
    await platform.sendScheduled('checkpoint');
    await platform.sendScheduled('walk');
  }
  await eventually('100 events', 60, async () => (await platform.countVisible('changes')) >= 100 || undefined);
  await setFaults(sandbox, {});
  await platform.skip(185);
  await platform.train('Of-Others-Too', 'v1', { roleArn });
  await platform.skip(60);
  expect(await raised()).toEqual([...ofEachQueue('Deep', 'Late'), 'SilentJobs'].sort());

  await platform.resolve('SilentJobs');
  for (const queue of ['changes', 'checkpoint', 'walk'] as const) {
    expect(await platform.resolve(`${WATCHED[queue]}Deep`, { queue })).toContain('Disabled');
    await platform.resolve(`${WATCHED[queue]}Late`);
  }
  await platform.waitUntilEmpty();
  await platform.skip(6);
  expect(await raised()).toEqual([]);
});

test('MLflow that does not answer and rights that were taken: attempts fail for an hour, and come back by themselves', async () => {
  const { aws, outputs } = platform.walk;
  const denial = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sagemaker:*", "Resource": "*"}}';
  // of long names CloudFormation keeps the first part only.
  const names = ['LineageDeri', 'DeploymentRec'].map((name) => `contains(RoleName, '${name}')`);
  const roles = `$(aws iam list-roles --output text --query "Roles[?${names.join(' || ')}].RoleName")`;
  const forEachRole = (command: string, more = '') =>
    platform.shell.run(
      `for role in ${roles}; do aws iam ${command} --role-name "$role" --policy-name denial ${more}; done`,
    );
  await makeModel(aws, 'of-others-too', 's3://others/model.tar.gz');
  await stopMlflow(sandbox, outputs.MlflowAppArn);
  await platform.lookAgain('Waiting');
  await platform.waitUntilEmpty(['derivation']);
  await forEachRole('put-role-policy', `--policy-document '${denial}'`);
  await platform.lookAgain('Waiting');
  await redeployModel(aws, 'of-others', 'of-others-too');
  await platform.sendScheduled('checkpoint');
  await platform.sendScheduled('walk');
  const moreFailures = (than: ReadonlyMap<string, number> = new Map()) =>
    eventually('failed attempts of each function', 120, async () => {
      const failed = await platform.countFailedAttempts();
      const more = [...failed].filter(([worker, count]) => count > (than.get(worker) ?? 0));
      return more.length === QUEUES.length ? failed : undefined;
    });
  const first = await moreFailures();
  expect(await raised()).toEqual([]);
  await platform.skip(30);
  await moreFailures(first);
  expect(await raised()).toEqual(ofEachQueue('Retried').sort());
  const errors: Readonly<Record<WorkQueueName, string>> = {
    derivation: 'AccessDenied',
    tagging: '503',
    changes: 'AccessDenied',
    checkpoint: '503',
    walk: '503',
  };
  for (const queue of QUEUES) {
    expect(await platform.resolve(`${WATCHED[queue]}Retried`, { queue })).toContain(errors[queue]);
  }

  await startMlflow(sandbox, outputs.MlflowAppArn);
  await forEachRole('delete-role-policy');
  await platform.waitUntilEmpty();
  await platform.skip(31);
  expect(await raised()).toEqual([]);
});

test('what cannot succeed without a person is parked: a token that is refused, and messages that mean nothing', async () => {
  const { aws, repository } = platform.walk;
  const setToken = (SecretString: string) =>
    aws.secretsManager.send(new PutSecretValueCommand({ SecretId: repository.tokenSecretArn, SecretString }));
  await setToken('wrong');
  await platform.lookAgain('Waiting');
  const endpoint = `arn:aws:sagemaker:us-east-1:${sandbox.account}:endpoint/gone`;
  await platform.send('changes', {
    source: 'aws.sagemaker',
    'detail-type': 'SageMaker Endpoint State Change',
    detail: { EndpointName: 'gone', EndpointArn: endpoint, EndpointStatus: 'IN_SERVICE' },
  });
  for (const queue of ['tagging', 'checkpoint', 'walk'] as const) {
    await platform.send(queue, 'nonsense');
  }
  await platform.waitUntilEmpty();
  expect(await raised()).toEqual(ofEachQueue('Parked').sort());

  const reasons: Readonly<Record<WorkQueueName, string>> = {
    derivation: 'git-refused',
    tagging: 'malformed-message',
    changes: 'deployment-not-found',
    checkpoint: 'malformed-message',
    walk: 'malformed-message',
  };
  for (const queue of QUEUES) {
    const reason = reasons[queue];
    expect(await platform.resolve(`${WATCHED[queue]}Parked`, { queue, reason })).toContain(`${reason}  1 parked`);
    if (queue !== 'derivation') {
      await platform.follow('What cannot be mended');
    }
  }
  await setToken(sandbox.gitToken);
  await platform.set({ queue: 'derivation' });
  expect(await platform.follow('Why a message is parked')).toContain('1 sent back');
  await platform.waitUntilEmpty();
  await platform.skip(6);
  expect(await raised()).toEqual([]);
});

test('jobs whose data nobody can find, or about whose data two sources disagree', async () => {
  const { checkout } = platform.walk;
  await checkout.publish({ revision: 'v2', files: { 'a.csv': 'a,target\n2,1\n' } });
  await checkout.git('push', '--quiet', 'origin', 'main:refs/heads/v2');
  await Promise.all([platform.train('Not-Pushed', 'v3'), platform.train('Disputed', 'v2')]);
  expect(await statusOf('Not-Pushed')).toBe('unresolved');
  expect(await statusOf('Disputed')).toBe('conflict');
  await platform.waitUntilEmpty();
  expect(await raised()).toEqual(['ConflictingJobs', 'UnresolvedJobs']);

  await checkout.publish({ revision: 'v3', files: { 'a.csv': 'a,target\n3,0\n' } });
  expect(await platform.resolve('UnresolvedJobs', { job: 'Not-Pushed' })).toContain('"status":"unresolved"');
  await checkout.git('push', '--quiet', 'origin', '--delete', 'refs/heads/v2');
  expect(await platform.resolve('ConflictingJobs', { job: 'Disputed' })).toContain('branch-of-same-name');
  for (const job of ['Not-Pushed', 'Disputed']) {
    await eventually(`the new status of ${job}`, 60, async () => (await statusOf(job)) === 'recorded' || undefined);
  }
  await platform.waitUntilEmpty();
  await platform.skip(6);
  expect(await raised()).toEqual([]);
});

test("a job that is in SageMaker's own graph later than the run-tagger waits for", async () => {
  await setFaults(sandbox, { lineageDelaySeconds: 3600 });
  await platform.switchWorkers('--no-enabled', ['tagging']);
  await platform.train('Late-Graph', 'v1');
  await platform.waitUntilEmpty(['derivation']);
  // as often as it waits for the graph.
  for (let attempt = 0; attempt < contract.limits.graphAttempts; attempt += 1) {
    expect(await platform.lookInto('tagging')).toHaveLength(1);
  }
  await platform.switchWorkers('--enabled', ['tagging']);
  await platform.waitUntilEmpty();
  expect(await raised()).toEqual(['IncompleteGraph']);

  await setFaults(sandbox, {});
  expect(await platform.resolve('IncompleteGraph', { job: 'Late-Graph' })).toContain('lineage graph left incomplete');
  await platform.waitUntilEmpty();
  await platform.skip(6);
  expect(await raised()).toEqual([]);
});

test('models of which nobody knows the data, or whose bytes are others', async () => {
  const { aws, outputs } = platform.walk;
  const job = await aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'Waiting' }));
  const trained = job.ModelArtifacts?.S3ModelArtifacts ?? '';
  const model = trained.slice('s3://'.length);
  const Bucket = outputs.ArtifactBucketName;
  const key = model.slice(`${Bucket}/`.length);
  const { VersionId: version = '' } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: key }));
  const elsewhere = `s3://${Bucket}/models/elsewhere/model.tar.gz`;
  await platform.shell.run(`
    echo 'other weights' | aws s3 cp - '${trained}'
    echo 'from elsewhere' | aws s3 cp - '${elsewhere}'`);
  await makeModel(aws, 'overwritten', trained);
  await makeModel(aws, 'elsewhere', elsewhere);
  const ours = { 'lineage:platform': platform.walk.platformName };
  await deployModel(aws, 'diagnosis', 'overwritten', ours);
  await deployModel(aws, 'prognosis', 'elsewhere', ours);
  await eventually('two alarms', 60, async () => (await raised()).length === 2 || undefined);
  expect(await raised()).toEqual(['ConflictingDeployments', 'UnresolvedDeployments']);

  expect(await platform.resolve('UnresolvedDeployments')).toContain('prognosis');
  expect(await platform.resolve('ConflictingDeployments', { model, version })).toContain('diagnosis');
  await makeModel(aws, 'released', `s3://${Bucket}/${key.replace(/^models/, 'models/released')}`);
  await redeployModel(aws, 'diagnosis', 'released');
  await redeployModel(aws, 'prognosis', 'released');
  await eventually('statements about what was put to use instead', 60, async () => {
    const told = await platform.shell.run("logged 'deployment recorded'");
    return [...told.matchAll(/"status":"(recorded|verified)"/g)].length >= 2 || undefined;
  });
  await platform.waitUntilEmpty();
  await platform.skip(6);
  expect(await raised()).toEqual([]);
});

test('a job of which no event told is found by the walk, which has it looked at', async () => {
  await setFaults(sandbox, { eventDelaySeconds: 3600 });
  await platform.train('Lost', 'v1');
  await setFaults(sandbox, {});
  const since = new Date(Date.now() - 3600_000);
  // the schedule's own walk leaves the last hour out, in which all of this has happened.
  await platform.send('walk', beginWalk('lost-1', since, new Date()));
  await platform.waitUntilEmpty();
  expect(await raised()).toEqual(['FoundGaps']);
  expect(await platform.resolve('FoundGaps')).toContain('job-without-statement');
  expect(await statusOf('Lost')).toBe('recorded');
  await platform.skip(61);
  await platform.send('walk', beginWalk('lost-2', since, new Date()));
  await platform.waitUntilEmpty();
  expect(await raised()).toEqual([]);
});

test('evidence that somebody wrote over', async () => {
  const { s3 } = platform.walk.aws;
  const Bucket = platform.walk.outputs.EvidenceBucketName;
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
  await unprotect(s3, Bucket);
  const key = await overwriteBelow(s3, Bucket, `${platform.walk.platformName}/data-revision/`);
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await platform.sendScheduled('checkpoint');
  await platform.waitUntilEmpty(['checkpoint']);
  expect(await raised()).toEqual(['CheckpointProblems']);

  expect(await platform.resolve('CheckpointProblems', { key })).toContain('second-version');
  // what deploying the stack again does.
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await platform.skip(61);
  await platform.follow('Checkpoint missed');
  await platform.waitUntilEmpty(['checkpoint']);
  expect(await raised()).toEqual([]);
});

test('there is no alarm that was not raised', () => {
  expect(platform.neverRaised()).toEqual([]);
});
