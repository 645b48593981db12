import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { readNamedJob } from '../../../core/sagemaker/job-event';
import {
  describeEndedTrainingJob,
  describeTrainedJob,
  findEndedTrainingJob,
} from '../../../core/sagemaker/training-job';

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1';
const named = { kind: 'training-job', arn: ARN, name: 'Train-1' } as const;
const CREATED = new Date('2026-01-02T03:04:05.678Z');

const description = {
  TrainingJobArn: ARN,
  TrainingJobStatus: 'Completed',
  CreationTime: CREATED,
  TrainingEndTime: new Date('2026-01-02T03:10:00Z'),
  RoleArn: 'arn:aws:iam::111122223333:role/training',
  Environment: { DVC_REPO_URL: 'https://git.example.com/team/data.git', PIPELINE_RUN_ID: 'v1' },
  AlgorithmSpecification: { TrainingImage: 'python:3.12', ContainerEntrypoint: ['/bin/sh', '-c', 'x'] },
  InputDataConfig: [
    { ChannelName: 'lineage-jobs', DataSource: { S3DataSource: { S3Uri: 's3://assets/toolkit.zip' } } },
    { ChannelName: 'lineage', DataSource: { S3DataSource: { S3Uri: 's3://artifacts/lineage/abc' } } },
  ],
  ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/models/Train-1/output/model.tar.gz' },
};

/** A SageMaker that describes the job with these changes. */
function sagemaker(change: object = {}): SageMakerClient {
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (() => Promise.resolve({ ...description, ...change })) as never;
  return client;
}

const told = {
  identity: { ...named, createdAt: CREATED.toISOString() },
  status: 'Completed',
  roleArn: description.RoleArn,
  endedAt: description.TrainingEndTime,
  configuredRepository: 'https://git.example.com/team/data.git',
  configuredRevision: 'v1',
  image: 'python:3.12',
  modelUri: 's3://artifacts/models/Train-1/output/model.tar.gz',
  mlflowRunId: undefined,
  setup: {
    entrypoint: ['/bin/sh', '-c', 'x'],
    arguments: [],
    toolkitUri: 's3://assets/toolkit.zip',
    handoverUri: 's3://artifacts/lineage/abc',
    completed: true,
  },
};

test.each<[what: string, change: object, expected: object]>([
  ['a job that was started by hand', {}, {}],
  [
    'the child of a tuning job',
    { TuningJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:hyper-parameter-tuning-job/tune-1' },
    {},
  ],
  [
    'a job that was interrupted and began again, as one whose end is the last',
    {
      EnableManagedSpotTraining: true,
      SecondaryStatusTransitions: [
        {
          Status: 'Interrupted',
          StartTime: new Date('2026-01-02T03:05:00Z'),
          EndTime: new Date('2026-01-02T03:06:00Z'),
        },
      ],
    },
    {},
  ],
  ['a job that SageMaker connects with a run', { MlflowDetails: { MlflowRunId: 'abc' } }, { mlflowRunId: 'abc' }],
])('%s is described by its configuration and its end', async (_what, change, expected) => {
  await expect(describeEndedTrainingJob(sagemaker(change), named)).resolves.toEqual({ ...told, ...expected });
});

test('a job that is still going on is asked for again', async () => {
  await expect(describeEndedTrainingJob(sagemaker({ TrainingJobStatus: 'InProgress' }), named)).rejects.toThrow(
    'Train-1 has not ended, its status is InProgress',
  );
});

describe("an event about a job whose name is another job's by now", () => {
  const event = (CreationTime: unknown) =>
    readNamedJob(
      JSON.stringify({
        source: 'aws.sagemaker',
        'detail-type': 'SageMaker Training Job State Change',
        detail: { TrainingJobArn: ARN, TrainingJobName: 'Train-1', CreationTime },
      }),
    ) as Parameters<typeof describeEndedTrainingJob>[1];
  const dayBefore = CREATED.getTime() - 24 * 3600 * 1000;

  test.each(['Completed', 'InProgress'])('is parked, and not waited for: the later one is %s', async (status) => {
    await expect(
      describeEndedTrainingJob(sagemaker({ TrainingJobStatus: status }), event(dayBefore)),
    ).rejects.toMatchObject({
      reason: 'job-not-found',
      message: expect.stringMatching(/made at 2026-01-01T03:04:05\.678Z.*made at 2026-01-02T03:04:05\.678Z/),
    });
  });

  test.each<[what: string, CreationTime: unknown]>([
    ['the same', CREATED.getTime()],
    ['the same in whole seconds', Math.floor(CREATED.getTime() / 1000) * 1000],
    ['missing', undefined],
    ['in another form', '2026-01-01T00:00:00Z'],
    ['not a time at all', -1],
  ])('control: with a creation time that is %s the job is described', async (_what, CreationTime) => {
    await expect(describeEndedTrainingJob(sagemaker(), event(CreationTime))).resolves.toEqual(told);
  });
});

test('a job of which only the name is known is described by what it left', async () => {
  await expect(describeTrainedJob(sagemaker({ MlflowDetails: { MlflowRunId: 'abc' } }), 'Train-1')).resolves.toEqual({
    identity: told.identity,
    endedAt: told.endedAt,
    modelUri: told.modelUri,
    mlflowRunId: 'abc',
  });
  const LastModifiedTime = new Date('2026-01-02T03:11:00Z');
  for (const [change, endedAt] of [
    [{ TrainingEndTime: undefined, LastModifiedTime }, LastModifiedTime],
    [{ TrainingEndTime: undefined }, CREATED],
  ] as const) {
    await expect(describeTrainedJob(sagemaker(change), 'Train-1')).resolves.toMatchObject({ endedAt });
  }
});

test.each([
  [{ TrainingJobStatus: 'InProgress' }, 'InProgress'],
  [{ TrainingJobStatus: 'Failed' }, 'Failed'],
  [{ ModelArtifacts: undefined }, 'Completed'],
])('fails where a job has left no model: %j', async (change, status) => {
  await expect(describeTrainedJob(sagemaker(change), 'Train-1')).rejects.toThrow(
    `the training job Train-1 has left no model, its status is ${status}`,
  );
});

test('fails where there is no job of a name', async () => {
  const client = sagemaker();
  const refuse = (name: string, message: string) => {
    client.send = (() => Promise.reject(Object.assign(new Error(message), { name }))) as never;
  };
  refuse('ValidationException', 'Requested resource not found.');
  await expect(describeTrainedJob(client, 'Train-1')).rejects.toThrow('there is no training job Train-1');
  refuse('ThrottlingException', 'Rate exceeded');
  await expect(describeTrainedJob(client, 'Train-1')).rejects.toThrow('Rate exceeded');
});

test('a job of which only the name is known is found if it has ended', async () => {
  await expect(findEndedTrainingJob(sagemaker(), 'Train-1')).resolves.toEqual(told);
  const running = sagemaker({ TrainingJobStatus: 'Stopping' });
  await expect(findEndedTrainingJob(running, 'Train-1')).resolves.toBeUndefined();
});

test('no job of a name is none, and no answer is an error', async () => {
  const client = sagemaker();
  const refuse = (name: string, message: string) => {
    client.send = (() => Promise.reject(Object.assign(new Error(message), { name }))) as never;
  };
  refuse('ValidationException', 'Requested resource not found.');
  await expect(findEndedTrainingJob(client, 'Train-1')).resolves.toBeUndefined();
  refuse('ThrottlingException', 'Rate exceeded');
  await expect(findEndedTrainingJob(client, 'Train-1')).rejects.toThrow('Rate exceeded');
});
