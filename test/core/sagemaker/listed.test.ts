import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { listDeployments, listJobs } from '../../../core/sagemaker/listed';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;
const FROM = new Date('2026-01-02T00:00:00.000Z');
const UNTIL = new Date('2026-01-03T00:00:00.000Z');
const CREATED = new Date('2026-01-02T03:00:00.000Z');
const CHANGED = new Date('2026-01-02T04:00:00.000Z');
const ENDED = new Date('2026-01-02T03:30:00.000Z');
const made = { from: FROM, until: UNTIL };
const times = { CreationTime: CREATED, LastModifiedTime: CHANGED };

/** A SageMaker that answers one call, and keeps what it was asked. */
function answering(answer: object) {
  const asked: { name: string; input: object }[] = [];
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (async (command: { input: object }) => {
    asked.push({ name: command.constructor.name, input: command.input });
    return answer;
  }) as never;
  return { client, asked };
}

const trainingJob = (change: object = {}) => ({
  TrainingJobArn: arn('training-job/train-1'),
  TrainingJobName: 'Train-1',
  TrainingJobStatus: 'Completed',
  TrainingEndTime: ENDED,
  ...times,
  ...change,
});

test('a page of jobs is asked for with all bounds, the oldest first, and leads to the next', async () => {
  const { client, asked } = answering({ TrainingJobSummaries: [trainingJob()], NextToken: 'more' });
  expect(await listJobs(client, 'training-job', made, 'here')).toEqual({
    items: [
      {
        ...{ kind: 'training-job', arn: arn('training-job/train-1'), name: 'Train-1' },
        ...{ createdAt: CREATED, status: 'Completed', endedAt: ENDED },
      },
    ],
    next: 'more',
  });
  expect(asked).toEqual([
    {
      name: 'ListTrainingJobsCommand',
      input: {
        CreationTimeAfter: new Date('2026-01-01T23:59:59.000Z'),
        CreationTimeBefore: new Date('2026-01-03T00:00:01.000Z'),
        SortBy: 'CreationTime',
        SortOrder: 'Ascending',
        MaxResults: 100,
        NextToken: 'here',
      },
    },
  ]);
});

test('a job that has not ended is as old as its last change', async () => {
  const { client } = answering({ TrainingJobSummaries: [trainingJob({ TrainingEndTime: undefined })] });
  expect((await listJobs(client, 'training-job', made)).items).toMatchObject([{ endedAt: CHANGED }]);
});

test('the first moment counts and the last does not, whatever SageMaker takes its own bounds for', async () => {
  const { client } = answering({
    TrainingJobSummaries: [new Date(FROM.getTime() - 1), FROM, new Date(UNTIL.getTime() - 1), UNTIL].map(
      (CreationTime) => trainingJob({ CreationTime }),
    ),
  });
  const { items } = await listJobs(client, 'training-job', made);
  expect(items.map(({ createdAt }) => createdAt)).toEqual([FROM, new Date(UNTIL.getTime() - 1)]);
});

test('processing jobs are listed alike', async () => {
  const { client, asked } = answering({
    ProcessingJobSummaries: [
      {
        ProcessingJobArn: arn('processing-job/prepare-1'),
        ProcessingJobName: 'Prepare-1',
        ProcessingJobStatus: 'Failed',
        ...times,
      },
    ],
  });
  expect((await listJobs(client, 'processing-job', made)).items).toEqual([
    {
      ...{ kind: 'processing-job', arn: arn('processing-job/prepare-1'), name: 'Prepare-1' },
      ...{ createdAt: CREATED, status: 'Failed', endedAt: CHANGED },
    },
  ]);
  expect(asked[0]?.name).toBe('ListProcessingJobsCommand');
});

test('endpoints and transform jobs are listed with their last change', async () => {
  const endpoints = answering({
    Endpoints: [
      { EndpointArn: arn('endpoint/serving'), EndpointName: 'Serving', EndpointStatus: 'InService', ...times },
    ],
  });
  expect((await listDeployments(endpoints.client, 'endpoint', made)).items).toEqual([
    {
      ...{ kind: 'endpoint', arn: arn('endpoint/serving'), name: 'Serving' },
      ...{ createdAt: CREATED, changedAt: CHANGED, status: 'InService' },
    },
  ]);
  const transforms = answering({
    TransformJobSummaries: [
      {
        ...{ TransformJobArn: arn('transform-job/batch'), TransformJobName: 'Batch', TransformJobStatus: 'Stopped' },
        ...{ TransformEndTime: ENDED, ...times },
      },
    ],
  });
  expect((await listDeployments(transforms.client, 'transform-job', made)).items).toMatchObject([
    { kind: 'transform-job', name: 'Batch', changedAt: ENDED, status: 'Stopped' },
  ]);
});

test('model packages are listed in groups and outside of them, and named as evidence names them', async () => {
  const common = { ModelPackageStatus: 'Completed', CreationTime: CREATED };
  const { client, asked } = answering({
    ModelPackageSummaryList: [
      {
        ...common,
        ModelPackageArn: arn('model-package/diagnosis/3'),
        ModelPackageGroupName: 'Diagnosis',
        ModelPackageVersion: 3,
        ModelApprovalStatus: 'Approved',
      },
      { ...common, ModelPackageArn: arn('model-package/alone'), ModelPackageName: 'Alone' },
    ],
  });
  expect((await listDeployments(client, 'model-package', made)).items).toMatchObject([
    { name: 'Diagnosis.3', approval: 'Approved', changedAt: CREATED },
    { name: 'Alone', approval: null },
  ]);
  expect(asked[0]?.input).toMatchObject({ ModelPackageType: 'Both' });
});

test.each(['endpoint', 'transform-job', 'model-package'] as const)('of no %s there is none', async (kind) => {
  expect(await listDeployments(answering({}).client, kind, made)).toEqual({ items: [], next: undefined });
});

test.each(['training-job', 'processing-job'] as const)('of no %s there is none', async (kind) => {
  expect(await listJobs(answering({}).client, kind, made)).toEqual({ items: [], next: undefined });
});

test.each([
  ['a name that no job can have', { TrainingJobName: '../x' }],
  ['no creation time', { CreationTime: undefined }],
  ['an ARN of something else', { TrainingJobArn: 'arn:aws:s3:::bucket' }],
  ['no status', { TrainingJobStatus: undefined }],
  ['no time of its end', { TrainingEndTime: undefined, LastModifiedTime: undefined }],
])('fails on a job with %s', async (_what, change) => {
  const { client } = answering({ TrainingJobSummaries: [trainingJob(change)] });
  await expect(listJobs(client, 'training-job', made)).rejects.toThrow(
    /lists something of the kind training-job without/,
  );
});

test('fails on a deployment with a name that none can have', async () => {
  const Endpoints = [{ EndpointArn: arn('endpoint/x'), EndpointName: 'x/../y', EndpointStatus: 'InService', ...times }];
  await expect(listDeployments(answering({ Endpoints }).client, 'endpoint', made)).rejects.toThrow(
    /lists something of the kind endpoint without/,
  );
});
