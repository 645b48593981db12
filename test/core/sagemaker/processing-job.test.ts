import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describeEndedProcessingJob, describeMaker } from '../../../core/sagemaker/processing-job';

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1';
const named = { kind: 'processing-job', arn: ARN, name: 'Prepare-1' } as const;
const CREATED = new Date('2026-01-02T02:00:00Z');

const description = {
  ProcessingJobArn: ARN,
  ProcessingJobStatus: 'Completed',
  CreationTime: CREATED,
  ProcessingEndTime: new Date('2026-01-02T02:10:00Z'),
  RoleArn: 'arn:aws:iam::111122223333:role/processing',
  Environment: { DVC_REPO_URL: 'https://git.example.com/team/data.git', PIPELINE_RUN_ID: 'v1' },
  AppSpecification: { ImageUri: 'python:3.12', ContainerEntrypoint: ['/bin/sh', '-c', 'x'] },
  ProcessingInputs: [
    { InputName: 'raw', S3Input: { S3Uri: 's3://raw/x' } },
    { InputName: 'lineage-jobs', S3Input: { S3Uri: 's3://assets/toolkit.zip' } },
  ],
  ProcessingOutputConfig: {
    Outputs: [
      { OutputName: 'other', S3Output: { S3Uri: 's3://artifacts/other' } },
      { OutputName: 'lineage', S3Output: { S3Uri: 's3://artifacts/lineage/abc' } },
    ],
  },
};

/** A SageMaker that gives one answer. */
function sagemaker(answer: object | Error): SageMakerClient {
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (() => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer))) as never;
  return client;
}

const failure = (name: string, message: string) => Object.assign(new Error(message), { name });

test('what it was configured to read, to publish and to hand on is taken from its description', async () => {
  await expect(describeEndedProcessingJob(sagemaker(description), named)).resolves.toEqual({
    identity: { ...named, createdAt: CREATED.toISOString() },
    status: 'Completed',
    roleArn: description.RoleArn,
    endedAt: description.ProcessingEndTime,
    configuredRepository: 'https://git.example.com/team/data.git',
    configuredRevision: 'v1',
    image: 'python:3.12',
    setup: {
      entrypoint: ['/bin/sh', '-c', 'x'],
      arguments: [],
      toolkitUri: 's3://assets/toolkit.zip',
      handoverUri: 's3://artifacts/lineage/abc',
      completed: true,
    },
  });
});

const NOT_THERE = [
  failure('ValidationException', 'Could not find requested job with name: Prepare-1'),
  failure('ValidationException', 'Requested resource not found.'),
  failure('ResourceNotFound', 'gone'),
];

test.each(NOT_THERE)('a job that was deleted is not there, as SageMaker says it: %s', async (error) => {
  await expect(describeEndedProcessingJob(sagemaker(error), named)).rejects.toMatchObject({ reason: 'job-not-found' });
  await expect(describeMaker(sagemaker(error), named)).resolves.toBeUndefined();
});

test('a job that has not ended, and a SageMaker that does not answer, are tried again', async () => {
  const running = { ...description, ProcessingJobStatus: 'InProgress' };
  await expect(describeEndedProcessingJob(sagemaker(running), named)).rejects.toThrow(/has not ended/);
  const throttled = failure('ThrottlingException', 'slow down');
  await expect(describeEndedProcessingJob(sagemaker(throttled), named)).rejects.toBe(throttled);
  await expect(describeMaker(sagemaker(throttled), named)).rejects.toBe(throttled);
});

test('a job of the same name elsewhere is not the one that was meant', async () => {
  const other = { ...description, ProcessingJobArn: ARN.replace('us-east-1', 'eu-west-1') };
  await expect(describeEndedProcessingJob(sagemaker(other), named)).rejects.toMatchObject({
    reason: 'foreign-message',
  });
  await expect(describeMaker(sagemaker(other), named)).resolves.toBeUndefined();
});

test('whoever is said to have made a dataset is described with the place that it hands on to', async () => {
  await expect(describeMaker(sagemaker(description), { arn: ARN, name: 'Prepare-1' })).resolves.toEqual({
    identity: { ...named, createdAt: CREATED.toISOString() },
    handoverUri: 's3://artifacts/lineage/abc',
  });
});
