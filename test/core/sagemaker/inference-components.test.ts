import {
  DescribeInferenceComponentCommand,
  DescribeModelCommand,
  ListInferenceComponentsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DescribedComponent } from '../../../core/chain/inference-component';
import { inferenceComponents } from '../../../core/sagemaker/inference-components';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;
const CHANGED = new Date('2026-01-02T03:04:05Z');
const MODEL_URI = 's3://artifacts/models/train-1/output/model.tar.gz';

function refused(name: string, message: string): never {
  throw Object.assign(new Error(message), { name });
}

/** A SageMaker with one component for each of these descriptions, one to a page, and models that were made before. */
function sagemaker(described: readonly (object | undefined)[], modelMadeAt = CHANGED) {
  const asked: object[] = [];
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (async (command: { input: Record<string, string> }) => {
    const { input } = command;
    if (command instanceof ListInferenceComponentsCommand) {
      asked.push(input);
      const at = Number(input.NextToken ?? 0);
      const next = at + 1 < described.length ? { NextToken: String(at + 1) } : {};
      return { InferenceComponents: [{ InferenceComponentName: `c${at}` }], ...next };
    }
    if (command instanceof DescribeInferenceComponentCommand) {
      const name = input.InferenceComponentName ?? '';
      const found = described[Number(name.slice(1))];
      return found === undefined
        ? refused('ValidationException', `Could not find inference component "${arn(`inference-component/${name}`)}".`)
        : {
            InferenceComponentName: name,
            InferenceComponentArn: arn(`inference-component/${name}`),
            InferenceComponentStatus: 'InService',
            LastModifiedTime: CHANGED,
            ...found,
          };
    }
    if (command instanceof DescribeModelCommand) {
      const { ModelName } = input;
      const container = { Image: 'image:1', ModelDataUrl: MODEL_URI };
      return { ModelArn: arn(`model/${ModelName}`), CreationTime: modelMadeAt, PrimaryContainer: container };
    }
    throw new Error(`unexpected ${command}`);
  }) as never;
  return { client, asked };
}

async function all(client: SageMakerClient): Promise<DescribedComponent[]> {
  const found: DescribedComponent[] = [];
  for await (const component of inferenceComponents(client, 'Serving', 'all')) {
    found.push(component);
  }
  return found;
}

test('all pages of a variant are listed, and what was taken away since is left out', async () => {
  const { client, asked } = sagemaker([{}, undefined, {}]);
  expect((await all(client)).map(({ name }) => name)).toEqual(['c0', 'c2']);
  expect(asked).toEqual(
    Array(3).fill(
      expect.objectContaining({ EndpointNameEquals: 'Serving', VariantNameEquals: 'all', MaxResults: 100 }),
    ),
  );
});

test('a component leads to the model that it names, as it was when the component was changed last', async () => {
  const named = { Specification: { ModelName: 'm' } };
  const [component] = await all(sagemaker([named]).client);
  expect(component).toMatchObject({ models: [{ arn: arn('model/m') }], containers: [], bases: [], missing: [] });
  const [later] = await all(sagemaker([named], new Date('2026-01-02T03:04:06Z')).client);
  expect(later).toMatchObject({ models: [], missing: [{ code: 'model-missing' }] });
});

test.each<[what: string, specification: object, container: object]>([
  [
    'an artifact',
    { Container: { DeployedImage: { SpecifiedImage: 'image:2' }, ArtifactUrl: MODEL_URI } },
    { image: 'image:2', data: { kind: 'object', uri: MODEL_URI } },
  ],
  ['an image alone', { Container: { DeployedImage: { SpecifiedImage: 'image:2' } } }, { data: { kind: 'none' } }],
  ['an address of the web', { Container: { ArtifactUrl: 'https://x/y' } }, { data: { kind: 'no-single-object' } }],
  [
    'an artifact beside a model',
    { ModelName: 'm', Container: { ArtifactUrl: MODEL_URI } },
    { data: { kind: 'object', uri: MODEL_URI } },
  ],
])('a component may bring along %s', async (_what, Specification, container) => {
  const [component] = await all(sagemaker([{ Specification }]).client);
  expect(component?.containers).toEqual([expect.objectContaining(container)]);
});

test('the image that a model runs in is no container of its component', async () => {
  const Specification = { ModelName: 'm', Container: { DeployedImage: { SpecifiedImage: 'image:1' } } };
  expect(await all(sagemaker([{ Specification }]).client)).toMatchObject([{ containers: [] }]);
});

test('an adapter names its base, and a component for several types of instances all of its models', async () => {
  const adapter = { Specification: { BaseInferenceComponentName: 'c1', Container: { ArtifactUrl: MODEL_URI } } };
  const several = { Specifications: [{ ModelName: 'a' }, { ModelName: 'b' }, { ModelName: 'b' }] };
  expect(await all(sagemaker([adapter, several]).client)).toMatchObject([
    { bases: ['c1'] },
    { models: [{ arn: arn('model/a') }, { arn: arn('model/b') }] },
  ]);
});

test.each([
  ['InService', 'in-service'],
  ['Creating', 'changing'],
  ['Updating', 'changing'],
  ['Deleting', 'changing'],
  ['Failed', 'failed'],
  ['Sleeping', 'changing'],
])('a component that is %s is %s', async (InferenceComponentStatus, status) => {
  expect(await all(sagemaker([{ InferenceComponentStatus }]).client)).toMatchObject([{ status }]);
});

test('a description without what identifies it, and an error that is no absence, are errors', async () => {
  await expect(all(sagemaker([{ InferenceComponentArn: undefined }]).client)).rejects.toThrow(/without its name, ARN/);
  const { client } = sagemaker([{}]);
  const answer = client.send.bind(client);
  client.send = (async (command: never) =>
    (command as object) instanceof DescribeInferenceComponentCommand
      ? refused('AccessDeniedException', 'no')
      : answer(command)) as never;
  await expect(all(client)).rejects.toThrow('no');
});
