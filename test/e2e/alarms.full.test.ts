import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { readWorkQueues } from '../../bin/work-queues';
import type { WorkQueueName } from '../../core/delivery/redrive-report';
import { AlarmWatch } from '../../sandbox/alarms/alarm-watch';
import { DeployedAlarm } from '../../sandbox/alarms/deployed-alarm';
import { Sandbox } from '../../sandbox/instance';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import { deployModel, makeModel } from '../../sandbox/walk/deployed-model';
import { bootstrapAccount, stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { setFaults } from '../../sandbox/walk/local-sagemaker';
import { deployWalk, jobEnvironment, type Walk, waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';
import { BashSession } from './bash-session';
import { readBlocks } from './page-blocks';

const PLATFORM = 'radiology';
const STACK = stackNameOf(PLATFORM);
const BLOCKS = readBlocks(readFileSync(join(projectRoot, 'docs', 'runbook.md'), 'utf8'));
const QUEUES: readonly WorkQueueName[] = ['derivation', 'tagging', 'changes', 'checkpoint'];
const NAMES = ['Derivation', 'Tagging', 'Deployment', 'Checkpoint'];
// version 1 of the AWS CLI knows no other address of SQS than it has built in, unless it stands on the command line.
const AWS =
  'aws() { if [ "$1" = sqs ]; then command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; else command aws "$@"; fi; }';

jest.setTimeout(300_000);

let sandbox: Sandbox;
let walk: Walk;
let shell: BashSession;
let watch: AlarmWatch;
let anchors: Readonly<Record<string, string>>;

const idOf = (alarmName: string) => /PlatformOperations([A-Za-z]+?)[0-9A-F]{8}-/.exec(alarmName)?.[1] ?? alarmName;
const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(' ', '-');

/** The alarms that are raised, by their ids in the stack. */
async function raised(): Promise<string[]> {
  return (await watch.raised()).map(idOf).sort();
}

/** Runs all commands of a section, as they stand on the page. */
async function follow(heading: string): Promise<string> {
  const blocks = BLOCKS.filter((block) => block.heading === heading && !block.notHere);
  expect(blocks.length).toBeGreaterThan(0);
  let told = '';
  for (const { script } of blocks) {
    told += await shell.run(script);
  }
  return told;
}

/** Runs the section to which the description of an alarm leads. */
function resolve(alarm: string): Promise<string> {
  const heading = BLOCKS.map((block) => block.heading).find((one) => anchorOf(one) === anchors[alarm]);
  return follow(heading ?? `the section of ${alarm}`);
}

const setVariable = (name: string, value: string) => shell.run(`${name}='${value}'`);

async function waitUntilEmpty(queues = QUEUES): Promise<void> {
  const { aws } = walk;
  await eventually(`empty queues ${queues.join(', ')}`, 200, async () => {
    const all = await readWorkQueues(aws.cloudFormation, STACK);
    const counts = await Promise.all(
      all
        .filter(({ queue }) => queues.includes(queue))
        .map(async ({ work: QueueUrl }) => {
          const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
          const { Attributes = {} } = await aws.sqs.send(
            new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
          );
          return Object.values(Attributes).every((count) => count === '0');
        }),
    );
    return counts.every(Boolean) || undefined;
  });
}

const urlOf = async (queue: WorkQueueName) =>
  (await readWorkQueues(walk.aws.cloudFormation, STACK, queue))[0]?.work ?? '';

async function send(queue: WorkQueueName, body: unknown): Promise<void> {
  const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
  await walk.aws.sqs.send(new SendMessageCommand({ QueueUrl: await urlOf(queue), MessageBody }));
}

/** The messages of a queue whose function is switched off; looking at them counts as receiving them. */
async function lookInto(queue: WorkQueueName): Promise<string[]> {
  const { Messages = [] } = await walk.aws.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: await urlOf(queue), VisibilityTimeout: 0, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = '' }) => Body);
}

async function switchWorkers(state: '--enabled' | '--no-enabled', queues = QUEUES): Promise<void> {
  for (const queue of queues) {
    await setVariable('queue', queue);
    await shell.run(`aws lambda update-event-source-mapping --uuid "$(worker | cut -f 1)" ${state}`);
  }
}

async function train(name: string, revision: string, more: { roleArn?: string; script?: string } = {}): Promise<void> {
  await startTrainingJob(walk.aws, walk.outputs, {
    name,
    script: join(__dirname, 'scripts', 'write_model.py'),
    environment: jobEnvironment(walk, revision),
    ...more,
  });
  await waitForTrainingJob(walk.aws, name);
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'alarms' });
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  const account = sandbox.environment();
  const alarmTopicArn = `arn:aws:sns:${account.AWS_REGION}:${account.AWS_ACCESS_KEY_ID}:alarms`;
  walk = await deployWalk(sandbox, PLATFORM, { alarmTopicArn });

  const programs = [join(environmentDirectory('aws-cli'), 'bin'), environment.PATH].join(':');
  shell = new BashSession(projectRoot, { ...environment, PATH: programs });
  const { PublicKey } = await walk.aws.kms.getPublicKey({ KeyId: walk.outputs.SigningKeyArn });
  await setVariable(
    'fingerprint',
    createHash('sha256')
      .update(PublicKey ?? '')
      .digest('hex'),
  );
  await shell.run(`stack=${STACK}\nqueue=derivation\n${AWS}`);
  await follow('Set up your shell');

  const described = JSON.parse(await shell.run('aws cloudwatch describe-alarms --output json'));
  const alarms = DeployedAlarm.array().min(1).parse(described.MetricAlarms);
  anchors = Object.fromEntries(
    alarms.map(({ AlarmName, AlarmDescription }) => [idOf(AlarmName), AlarmDescription.split('#')[1] ?? '']),
  );
  // those on walks are left out: the schedule of the local AWS begins none.
  const others = alarms.filter(({ AlarmName }) => !/^(Walk|Gaps)/.test(idOf(AlarmName)));
  watch = await AlarmWatch.over(others, walk.aws);
  await walk.checkout.publish({ revision: 'v1', files: { 'a.csv': 'a,target\n1,0\n' } });
}, 400_000);

afterAll(async () => {
  await shell?.end();
  await sandbox?.stop();
});

test('a platform that nobody asked for a checkpoint raises an alarm after a day, and only that', async () => {
  await watch.skip(28 * 60 + 1);
  expect(await raised()).toEqual(['CheckpointMissed']);
  await resolve('CheckpointMissed');
  await waitUntilEmpty(['checkpoint']);
  expect(await raised()).toEqual([]);
});

test('functions that somebody switched off: too much waits, for too long, and jobs end in silence', async () => {
  await train('Waiting', 'v1');
  await waitForTaggedRun(walk, 'Waiting');
  await switchWorkers('--no-enabled', ['tagging']);
  await shell.run('look_again training-job Waiting');
  const [derivation] = await eventually('a derivation', 60, async () => {
    const bodies = await lookInto('tagging');
    return bodies.length > 0 ? bodies : undefined;
  });
  await switchWorkers('--no-enabled');
  // what was derived before is no longer among the last hours then.
  await watch.skip(120);
  await Promise.all(Array.from({ length: 100 }, () => send('tagging', derivation)));
  await shell.run(`aws iam create-role --role-name stranger --assume-role-policy-document '{"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'`);
  const roleArn = `arn:aws:iam::${sandbox.environment().AWS_ACCESS_KEY_ID}:role/stranger`;
  // a wave of events about what is of no concern to the platform.
  await setFaults(sandbox, { eventDuplicates: 100 });
  await train('Of-Others', 'v1', { roleArn });
  await makeModel(walk.aws, 'of-others', 's3://others/model.tar.gz');
  await deployModel(walk.aws, 'of-others', 'of-others');
  for (let asked = 0; asked < 3; asked += 1) {
    await send('checkpoint', {
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      time: new Date().toISOString(),
    });
  }
  await eventually('100 events', 60, async () => {
    const { Attributes } = await walk.aws.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: await urlOf('changes'),
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages) >= 100 || undefined;
  });
  await setFaults(sandbox, {});
  await watch.skip(185);
  await train('Of-Others-Too', 'v1', { roleArn });
  await watch.skip(60);
  expect(await raised()).toEqual([...NAMES.flatMap((name) => [`${name}Deep`, `${name}Late`]), 'SilentJobs'].sort());

  await resolve('SilentJobs');
  for (const [queue, alarm] of [
    ['changes', 'DeploymentLate'],
    ['checkpoint', 'CheckpointLate'],
  ] as const) {
    await setVariable('queue', queue);
    await resolve(alarm);
  }
  await waitUntilEmpty();
  await watch.skip(6);
  expect(await raised()).toEqual([]);
});
