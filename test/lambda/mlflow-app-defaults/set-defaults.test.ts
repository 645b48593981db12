import { ConflictException, SageMakerClient, UpdateMlflowAppCommand } from '@aws-sdk/client-sagemaker';
import { defaultsSetter } from '../../../lambda/mlflow-app-defaults/set-defaults';

// pauses are only as long as a test can wait for.
jest.mock('node:timers/promises', () => {
  const { setTimeout: sleep } = jest.requireActual('node:timers/promises');
  return { setTimeout: (ms: number, ...more: unknown[]) => sleep(Math.min(ms, 10), ...more) };
});

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';

interface App {
  readonly Status: string;
  readonly AccountDefaultStatus?: string;
  readonly DefaultDomainIdList?: string[];
}

/** A SageMaker that describes an app as it is at one moment after another, the last for good. */
function sageMaker(moments: readonly App[], refusals: Error[] = []) {
  const updates: unknown[] = [];
  const asked: unknown[] = [];
  const client = new SageMakerClient({ region: 'us-east-1' });
  jest.spyOn(client, 'send').mockImplementation((async (command: { input: { Arn: string } }) => {
    asked.push(command.input.Arn);
    if (!(command instanceof UpdateMlflowAppCommand)) {
      const seen = asked.length - updates.length - 1;
      return moments[Math.min(seen, moments.length - 1)];
    }
    updates.push(command.input);
    const refusal = refusals.shift();
    if (refusal) {
      throw refusal;
    }
    return {};
  }) as never);
  return { client, updates, asked };
}

const apply = (client: SageMakerClient, properties: object, signal = new AbortController().signal) =>
  defaultsSetter(client)({ type: 'Create', properties: { MlflowAppArn: ARN, ...properties } }, signal);

const conflict = () => new ConflictException({ message: 'busy', $metadata: {} });

test('an app becomes the default of its account, and is waited for', async () => {
  const { client, updates, asked } = sageMaker([
    { Status: 'Created' },
    { Status: 'Updating', AccountDefaultStatus: 'ENABLED' },
    { Status: 'Updated', AccountDefaultStatus: 'ENABLED' },
  ]);
  expect(await apply(client, { AccountDefaultStatus: 'ENABLED' })).toBe(ARN);
  expect(updates).toEqual([{ Arn: ARN, AccountDefaultStatus: 'ENABLED' }]);
  expect(new Set(asked)).toEqual(new Set([ARN]));
});

test('an app becomes the default of domains, in whatever order they are told', async () => {
  const { client, updates } = sageMaker([
    { Status: 'Created', DefaultDomainIdList: ['d-old'] },
    { Status: 'Updated', DefaultDomainIdList: ['d-a', 'd-b'] },
  ]);
  await apply(client, { DefaultDomainIdList: ['d-b', 'd-a'] });
  expect(updates).toEqual([{ Arn: ARN, DefaultDomainIdList: ['d-b', 'd-a'] }]);
});

test.each([
  [{ AccountDefaultStatus: 'ENABLED' }, { AccountDefaultStatus: 'ENABLED' }],
  [{ AccountDefaultStatus: 'DISABLED' }, {}],
  [{ DefaultDomainIdList: [] }, {}],
])('an app that is so already is left alone: %j', async (wanted, found) => {
  const { client, updates } = sageMaker([{ Status: 'Created', ...found }]);
  await apply(client, wanted);
  expect(updates).toEqual([]);
});

test('an app that is no default any more loses it', async () => {
  const { client, updates } = sageMaker([
    { Status: 'Created', AccountDefaultStatus: 'ENABLED', DefaultDomainIdList: ['d-a'] },
    { Status: 'Updated', AccountDefaultStatus: 'DISABLED' },
  ]);
  await apply(client, { AccountDefaultStatus: 'DISABLED', DefaultDomainIdList: [] });
  expect(updates).toEqual([{ Arn: ARN, AccountDefaultStatus: 'DISABLED', DefaultDomainIdList: [] }]);
});

test('an app that is being made or updated is waited for, and asked again', async () => {
  const { client, updates } = sageMaker(
    [
      { Status: 'Creating' },
      { Status: 'Created' },
      { Status: 'Created' },
      { Status: 'Updated', AccountDefaultStatus: 'ENABLED' },
    ],
    [conflict()],
  );
  await apply(client, { AccountDefaultStatus: 'ENABLED' });
  expect(updates).toHaveLength(2);
});

test('an update is asked for once, however long the app takes to say so', async () => {
  const { client, updates } = sageMaker([
    { Status: 'Created' },
    { Status: 'Created' },
    { Status: 'Updated', AccountDefaultStatus: 'ENABLED' },
  ]);
  await apply(client, { AccountDefaultStatus: 'ENABLED' });
  expect(updates).toHaveLength(1);
});

test.each(['CreateFailed', 'Deleting', 'DeleteFailed', 'Deleted'])('fails on an app that is %s', async (Status) => {
  const { client } = sageMaker([{ Status }]);
  await expect(apply(client, { AccountDefaultStatus: 'ENABLED' })).rejects.toThrow(`${ARN} is ${Status}`);
});

test('fails if the update does', async () => {
  const { client } = sageMaker([{ Status: 'UpdateFailed' }]);
  await expect(apply(client, { AccountDefaultStatus: 'ENABLED' })).rejects.toThrow(`${ARN} is UpdateFailed`);
});

test('fails if SageMaker refuses', async () => {
  const { client } = sageMaker([{ Status: 'Created' }], [new Error('denied')]);
  await expect(apply(client, { AccountDefaultStatus: 'ENABLED' })).rejects.toThrow('denied');
});

test('waits no longer than there is time', async () => {
  const { client } = sageMaker([{ Status: 'Creating' }]);
  const signal = AbortSignal.timeout(10);
  await expect(apply(client, { AccountDefaultStatus: 'ENABLED' }, signal)).rejects.toThrow(/abort/);
});

test('fails on properties that no construct of ours sends', async () => {
  const { client, asked } = sageMaker([]);
  await expect(apply(client, { MlflowAppArn: 'app' })).rejects.toThrow(/MlflowAppArn/);
  expect(asked).toEqual([]);
});
