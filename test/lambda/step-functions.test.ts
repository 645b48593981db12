import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { readNamedJob } from '../../core/sagemaker/job-event';
import type * as datasetReader from '../../lambda/dataset-reader';
import type * as modelRegistrar from '../../lambda/model-registrar';

const RUN = '0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b';
const MODEL_URI = 's3://artifacts/models/train-1/output/model.tar.gz';

beforeAll(() => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ML_LINEAGE_DERIVATION_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111122223333/derivation',
    ML_LINEAGE_HANDOVER_URI: 's3://artifacts/lineage',
    ML_LINEAGE_MLFLOW_APP_ARN: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});

test('the dataset-reader answers under the names that steps read', async () => {
  const document = {
    version: 1,
    dataRepository: 'https://git.example.com/team/data.git',
    dataRevision: 'v1-abc123',
    dataCommit: 'c'.repeat(40),
    datasets: [{ path: 'dataset', md5: `${'a'.repeat(32)}.dir`, treeDigest: `sha256:${'b'.repeat(64)}` }],
  };
  const text = JSON.stringify(document);
  const asked: unknown[] = [];
  jest.spyOn(S3Client.prototype, 'send').mockImplementation(((command: { input: unknown }) => {
    asked.push(command.input);
    return Promise.resolve({ ContentLength: text.length, Body: { transformToString: async () => text } });
  }) as never);
  const { handler } = jest.requireActual<typeof datasetReader>('../../lambda/dataset-reader');
  await expect(handler({ lineage_uri: 's3://artifacts/lineage/abc123' }, {} as Context)).resolves.toEqual({
    dataset_md5: `${'a'.repeat(32)}.dir`,
    data_git_commit_id: 'c'.repeat(40),
    data_revision: 'v1-abc123',
  });
  expect(asked).toEqual([{ Bucket: 'artifacts', Key: 'lineage/abc123/lineage.json' }]);
});

test('the model-registrar answers under the names that steps read, and has the job looked at again', async () => {
  jest.spyOn(SageMakerClient.prototype, 'send').mockImplementation((() =>
    Promise.resolve({
      TrainingJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
      TrainingJobStatus: 'Completed',
      CreationTime: new Date('2026-01-02T03:04:05Z'),
      TrainingEndTime: new Date('2026-01-02T03:10:00Z'),
      ModelArtifacts: { S3ModelArtifacts: MODEL_URI },
    })) as never);
  const info = { run_id: RUN, experiment_id: '3', start_time: Date.parse('2026-01-02T03:05:00Z') };
  const answers: Record<string, object> = {
    'experiments/search': { experiments: [{ experiment_id: '3' }] },
    'runs/search': { runs: [{ info, data: { tags: [{ key: 'sagemaker.training_job_name', value: 'train-1' }] } }] },
    'model-versions/create': { model_version: { version: '7' } },
  };
  const told: unknown[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const path = new URL(String(input)).pathname.replace('/api/2.0/mlflow/', '');
    if (path === 'model-versions/create') {
      told.push(JSON.parse(String(init?.body)));
    }
    return Response.json(answers[path] ?? {});
  });
  const sent: { QueueUrl: string; MessageBody: string }[] = [];
  jest.spyOn(SQSClient.prototype, 'send').mockImplementation(((command: { input: (typeof sent)[number] }) => {
    sent.push(command.input);
    return Promise.resolve({});
  }) as never);
  const { handler } = jest.requireActual<typeof modelRegistrar>('../../lambda/model-registrar');
  const event = { training_job_name: 'train-1', registered_model_name: 'diagnosis', model_uri: MODEL_URI };
  await expect(handler(event, {} as Context)).resolves.toEqual({ run_id: RUN, model_version: '7' });
  expect(told).toEqual([{ name: 'diagnosis', source: MODEL_URI, run_id: RUN }]);
  expect(sent.map(({ QueueUrl }) => QueueUrl)).toEqual([process.env.ML_LINEAGE_DERIVATION_QUEUE_URL]);
  expect(readNamedJob(sent[0]?.MessageBody ?? '')).toEqual({
    kind: 'training-job',
    arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
    name: 'train-1',
    madeAt: new Date('2026-01-02T03:04:05Z'),
  });
  await expect(handler({ ...event, training_job_name: "x' or '1' = '1" }, {} as Context)).rejects.toThrow(
    'the step is not given what the function takes: training_job_name',
  );
});
