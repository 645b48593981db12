import {
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  type ListEndpointsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { sagemakerSources } from '../../../core/sagemaker/trace-sources';

const HOME = 'arn:aws:sagemaker:us-east-1:111122223333';
const at = new Date('2026-01-02T03:04:05Z');

/** A SageMaker that says what it was told to, and keeps what it was asked. */
function sagemaker(answer: (command: object) => object | Error) {
  const asked: object[] = [];
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (async (command: { input: object }) => {
    asked.push(command.input);
    const said = answer(command);
    if (said instanceof Error) {
      throw said;
    }
    return said;
  }) as never;
  return { sources: sagemakerSources(client, HOME), asked };
}

const notFound = Object.assign(new Error('Requested resource not found.'), { name: 'ValidationException' });
const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });

test('what is named is described by its ARN in the account, which is in lower case', async () => {
  const { sources, asked } = sagemaker((command) => {
    expect(command).toBeInstanceOf(DescribeModelPackageCommand);
    return { ModelPackageArn: `${HOME}:model-package/group/3`, ModelPackageStatus: 'Failed' };
  });
  await expect(sources.deployment({ kind: 'model-package', group: 'Group', version: '3' })).resolves.toBe('failed');
  expect(asked).toEqual([{ ModelPackageName: `${HOME}:model-package/group/3` }]);
});

test('a batch transform job is described by its name as it was written', async () => {
  const { sources } = sagemaker((command) =>
    command instanceof DescribeTransformJobCommand
      ? { TransformJobArn: `${HOME}:transform-job/batch`, ModelName: 'm', CreationTime: at }
      : notFound,
  );
  const found = await sources.deployment({ kind: 'transform-job', name: 'Batch' });
  expect(found).toMatchObject({ about: { name: 'Batch' }, missing: [{ code: 'model-missing' }] });
});

test('what is not there is told apart from what may not be seen', async () => {
  const gone = sagemaker(() => notFound).sources;
  await expect(gone.deployment({ kind: 'endpoint', name: 'x' })).resolves.toBe('not-found');
  await expect(gone.trainingJob('x')).resolves.toBeUndefined();
  await expect(gone.model('x')).resolves.toMatchObject({ models: [] });
  const closed = sagemaker(() => denied).sources;
  await expect(closed.deployment({ kind: 'endpoint', name: 'x' })).rejects.toBe(denied);
  await expect(closed.trainingJob('x')).rejects.toBe(denied);
  await expect(closed.model('x')).rejects.toBe(denied);
});

test('a model is described as it is now, whenever it was made', async () => {
  const { sources } = sagemaker((command) => {
    expect(command).toBeInstanceOf(DescribeModelCommand);
    return { ModelArn: `${HOME}:model/m`, CreationTime: new Date('2999-01-01'), Containers: [] };
  });
  await expect(sources.model('m')).resolves.toMatchObject({ models: [{ arn: `${HOME}:model/m` }], missing: [] });
});

test('a training job is described once it has ended', async () => {
  const job = { TrainingJobArn: `${HOME}:training-job/train`, CreationTime: at, RoleArn: 'role' };
  const { sources } = sagemaker((command) => {
    expect(command).toBeInstanceOf(DescribeTrainingJobCommand);
    return { ...job, TrainingJobStatus: 'Completed' };
  });
  await expect(sources.trainingJob('Train')).resolves.toMatchObject({ identity: { name: 'Train' } });
  const running = sagemaker(() => ({ ...job, TrainingJobStatus: 'InProgress' })).sources;
  await expect(running.trainingJob('Train')).rejects.toMatchObject({ name: 'NotAtRest' });
});

test('all pages of the endpoints in service are listed', async () => {
  const { sources, asked } = sagemaker((command) => {
    const { NextToken } = (command as ListEndpointsCommand).input;
    return { Endpoints: [{ EndpointName: NextToken ?? 'first' }], ...(NextToken ? {} : { NextToken: 'second' }) };
  });
  const names: string[] = [];
  for await (const name of sources.endpointsInService()) {
    names.push(name);
  }
  expect(names).toEqual(['first', 'second']);
  expect(asked).toEqual(Array(2).fill(expect.objectContaining({ StatusEquals: 'InService' })));
});
