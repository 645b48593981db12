import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeTrainingJobCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beginWalk } from '../../core/reconcile/walk';
import { Sandbox } from '../../sandbox/instance';
import { deployModel, makeModel, registerModel, transformWith } from '../../sandbox/walk/deployed-model';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import {
  deployPipelineWalk,
  type PipelineWalk,
  pipelineStackName,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import type { Resources } from '../lib/concrete-template';
import { deployedResources } from '../rights/deployed-template';
import { findingsOf } from '../rights/findings';
import { type RecordedCall, readRecordedCalls } from '../rights/recorded-calls';
import { UNUSED_RIGHTS } from '../rights/unused-rights';

jest.setTimeout(120_000);

const PLATFORM = 'rights';

let sandbox: Sandbox;
let walk: PipelineWalk;
let resources: Resources;
let calls: RecordedCall[];

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'rights', recordCalls: true });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployPipelineWalk(sandbox, PLATFORM);
  resources = await deployedResources(walk.aws.cloudFormation, pipelineStackName(PLATFORM));
  await putToUse(await makeModels());
  await askForCheckpoint();
  await walkOverEstate();
  calls = readRecordedCalls(sandbox.callRecord);
}, 400_000);

afterAll(async () => {
  await sandbox?.stop();
});

/** Runs the pipeline twice, so that a dataset version and a model come after another. */
async function makeModels(): Promise<string> {
  let model = '';
  for (const [version, rows] of [
    ['v1', 60],
    ['v2', 80],
  ] as const) {
    const input = await putRawData(walk, version, await sampleDataset(sandbox.processEnvironment(), rows));
    const execution = await runPipeline(walk, version, input);
    if (execution.status !== 'Succeeded') {
      throw new Error(`the execution ended as ${execution.status}: ${execution.failure}`);
    }
    await runOfExecution(walk, execution);
    const job = await walk.aws.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: execution.trainingJobName }),
    );
    model = job.ModelArtifacts?.S3ModelArtifacts ?? '';
  }
  return model;
}

async function putToUse(model: string): Promise<void> {
  await makeModel(walk.aws, 'used', model);
  await deployModel(walk.aws, 'Serving', 'used');
  await transformWith(walk.aws, 'Batch', 'used');
  const ModelPackageArn = await registerModel(walk.aws, 'Diagnosis', model);
  for (const subject of ['endpoint/Serving', 'transform-job/Batch', 'model-package/Diagnosis.1']) {
    await statementsAbout(subject, 1);
  }
  await walk.aws.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }));
  await statementsAbout('model-package/Diagnosis.1', 2);
}

async function statementsAbout(subject: string, count: number): Promise<void> {
  const query = new ListObjectsV2Command({
    Bucket: walk.outputs.EvidenceBucketName,
    Prefix: `${PLATFORM}/${subject}/`,
  });
  await eventually(`${count} statements about ${subject}`, 60, async () => {
    const { KeyCount = 0 } = await walk.aws.s3.send(query);
    return KeyCount >= count || undefined;
  });
}

/** Sends a message to the only queue whose logical id is of this form. */
async function send(isQueue: RegExp, message: object): Promise<string | undefined> {
  const [, queue] =
    Object.entries(resources).find(([id, { Type }]) => Type === 'AWS::SQS::Queue' && isQueue.test(id)) ?? [];
  const QueueUrl = queue?.PhysicalId;
  await walk.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  return QueueUrl;
}

/** Asks for a checkpoint as the schedule does. */
async function askForCheckpoint(): Promise<void> {
  const time = new Date().toISOString();
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time };
  await send(/CheckpointRecorderCheckpoint(?!Parking)/, event);
  await statementsAbout('checkpoint', 1);
}

/** Walks over all that was made until now; the schedule's own walk leaves out the last hour. */
async function walkOverEstate(): Promise<void> {
  const now = new Date();
  const place = beginWalk('rights-1', new Date(now.getTime() - 3600_000), now);
  const QueueUrl = await send(/ReconcilerWalk(?!Parking)/, place);
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  // a step sends the place of the next one before its own message is gone.
  await eventually('the end of the walk', 60, async () => {
    const query = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
    const { Attributes = {} } = await walk.aws.sqs.send(query);
    return Object.values(Attributes).every((count) => count === '0') || undefined;
  });
}

test('no call of a role was refused, each was granted, and each right was used or is argued for', async () => {
  await expect(findingsOf(resources, calls, UNUSED_RIGHTS)).resolves.toEqual({
    refused: [],
    notGranted: [],
    unused: [],
    arguedInVain: [],
  });
});

test('control: without a right that was used, its calls are not granted', async () => {
  const without = JSON.parse(JSON.stringify(resources).replaceAll('"s3:GetObject"', '"s3:GetObjectAcl"'));
  const { notGranted } = await findingsOf(without, calls, UNUSED_RIGHTS);
  expect(notGranted).toContainEqual(expect.stringMatching(/TrainingRole.* s3:GetObject on arn:aws:s3:::/));
});

test('control: a right more, which nobody used, is found', async () => {
  const more = JSON.parse(JSON.stringify(resources).replaceAll('"iam:PassRole"', '"iam:ListRoles"'));
  const { unused } = await findingsOf(more, calls, UNUSED_RIGHTS);
  expect(unused).toContainEqual(expect.stringMatching(/^PipelineRole.* iam:ListRoles$/));
});
