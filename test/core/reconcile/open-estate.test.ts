import {
  DescribeTrainingJobCommand,
  ListEndpointsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { appendStatement } from '../../../core/evidence/append-statement';
import { MlflowClient } from '../../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../../core/mlflow/signed-request';
import { openEstate } from '../../../core/reconcile/open-estate';
import { beginWalk } from '../../../core/reconcile/walk';
import { RemoteInMemory } from '../dvc/remote-in-memory';
import { newLedger } from '../evidence/ledger';
import { SINCE, statedTraining, UNTIL } from './estate-in-memory';

const APP = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';
const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1';
const CREATED = new Date('2026-01-02T03:04:05.000Z');
const window = beginWalk('test-1', SINCE, UNTIL);
const listed = {
  ...{ kind: 'training-job' as const, arn: ARN, name: 'train-1', createdAt: CREATED },
  ...{ status: 'Completed', endedAt: CREATED },
};

const description = {
  TrainingJobArn: ARN,
  TrainingJobStatus: 'Completed',
  CreationTime: CREATED,
  RoleArn: 'arn:aws:iam::111122223333:role/training',
};

/** The estate of a platform whose SageMaker has one job, and what SageMaker was asked. */
function open(change: object = {}, tag?: string) {
  const asked: { readonly input: Record<string, unknown> }[] = [];
  const sagemaker = new SageMakerClient({ region: 'us-east-1' });
  sagemaker.send = (async (command: { input: Record<string, unknown> }) => {
    asked.push(command);
    if (command instanceof DescribeTrainingJobCommand) {
      if (command.input.TrainingJobName !== 'train-1') {
        throw Object.assign(new Error('Requested resource not found.'), { name: 'ValidationException' });
      }
      return { ...description, ...change };
    }
    return command instanceof ListTagsCommand ? { Tags: [{ Key: 'lineage:platform', Value: tag }] } : {};
  }) as never;
  const { store, trusted, ledger } = newLedger();
  const estate = openEstate({
    ...{ platform: 'demo', jobRoleArns: ['arn:aws:iam::111122223333:role/ours'], mlflowAppArn: APP },
    ...{ sagemaker, reader: store, trusted, remote: new RemoteInMemory() },
    mlflow: new MlflowClient(locateMlflowApp(APP), async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' })),
  });
  return { estate, asked, ledger, store };
}

test('it is the estate of the account and region that the MLflow App is in', () => {
  expect(open().estate.arnPrefix).toBe('arn:aws:sagemaker:us-east-1:111122223333');
});

test('jobs are listed of the time that the walk looks at, endpoints of all times before its end', async () => {
  const { estate, asked } = open();
  await estate.listJobs('training-job', window);
  await estate.listDeployments('endpoint', window);
  await estate.listDeployments('transform-job', window);
  const [jobs, endpoints, transforms] = asked.map(({ input }) => (input.CreationTimeAfter as Date).toISOString());
  expect(asked[0]).toBeInstanceOf(ListTrainingJobsCommand);
  expect(asked[1]).toBeInstanceOf(ListEndpointsCommand);
  expect([jobs, transforms]).toEqual(['2025-12-31T23:59:59.000Z', '2025-12-31T23:59:59.000Z']);
  expect(endpoints).toBe('2016-12-31T23:59:59.000Z');
  expect(asked[1]?.input.CreationTimeBefore).toEqual(new Date(UNTIL.getTime() + 1000));
});

test('a job is described if it is the one that was listed', async () => {
  await expect(open().estate.endedJob(listed)).resolves.toMatchObject({ identity: { arn: ARN } });
  await expect(open().estate.endedJob({ ...listed, name: 'gone' })).resolves.toBeUndefined();
  const anew = open({ CreationTime: new Date('2026-01-05T00:00:00Z') });
  await expect(anew.estate.endedJob(listed)).resolves.toBeUndefined();
});

test('a job that cannot be described is no job that is gone', async () => {
  await expect(open({ RoleArn: undefined }).estate.endedJob(listed)).rejects.toThrow(/without its ARN/);
});

test('a job is the platform’s by its role or its tag', async () => {
  const of = (roleArn: string, tag?: string) =>
    open({}, tag).estate.isOurs({ identity: { ...listed, createdAt: CREATED.toISOString() }, roleArn });
  await expect(of('arn:aws:iam::111122223333:role/ours')).resolves.toBe(true);
  await expect(of(description.RoleArn, 'demo')).resolves.toBe(true);
  await expect(of(description.RoleArn, 'other')).resolves.toBe(false);
});

test('a name that was asked for is not asked for again', async () => {
  const { estate, asked } = open();
  await expect(estate.trainingJobNamed('train-1')).resolves.toMatchObject({ identity: { arn: ARN } });
  await expect(estate.trainingJobNamed('train-1')).resolves.toMatchObject({ identity: { arn: ARN } });
  await expect(estate.trainingJobNamed('gone')).resolves.toBeUndefined();
  expect(asked).toHaveLength(2);
});

test('a job that runs is there, and has not ended', async () => {
  const { estate } = open({ TrainingJobStatus: 'InProgress' });
  await expect(estate.trainingJobNamed('train-1')).resolves.toBeUndefined();
  await expect(estate.isThere('train-1')).resolves.toBe(true);
  await expect(estate.isThere('gone')).resolves.toBe(false);
});

test('what is stated of a job is read and verified', async () => {
  const { estate, ledger } = open();
  await appendStatement(statedTraining('one'), ledger);
  await expect(estate.trainings('train-1')).resolves.toMatchObject([{ statement: { predicate: { sequence: 1 } } }]);
  const about = statedTraining().predicate.about;
  await expect(estate.scope.isKnown(about)).resolves.toBe(true);
  await expect(estate.scope.isKnown({ ...about, createdAt: '2026-01-05T00:00:00.000Z' })).resolves.toBe(false);
});

test('what puts models to use is the platform’s by its tag', async () => {
  await expect(open({}, 'demo').estate.scope.isTagged(ARN)).resolves.toBe(true);
  await expect(open({}, 'other').estate.scope.isTagged(ARN)).resolves.toBe(false);
});
