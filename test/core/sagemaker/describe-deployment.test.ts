import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeTransformJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { describeDeployment } from '../../../core/sagemaker/describe-deployment';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute));
const MODEL_URI = 's3://artifacts/models/train-1/output/model.tar.gz';

interface Answers {
  endpoint?: object;
  config?: object;
  models?: Record<string, object>;
  packages?: Record<string, object>;
  transform?: object;
}

function refused(name: string, message: string): never {
  throw Object.assign(new Error(message), { name });
}

/** A SageMaker that says what it was told to. */
function sagemaker({ endpoint, config, models = {}, packages = {}, transform }: Answers): SageMakerClient {
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (async (command: { input: Record<string, string> }) => {
    const { input } = command;
    if (command instanceof DescribeEndpointCommand) {
      return endpoint ?? refused('ValidationException', `Could not find endpoint "${arn('endpoint/serving')}".`);
    }
    if (command instanceof DescribeEndpointConfigCommand) {
      return config ?? refused('ValidationException', 'Could not find endpoint configuration "x".');
    }
    if (command instanceof DescribeModelCommand) {
      return models[input.ModelName ?? ''] ?? refused('ValidationException', 'Could not find model "x".');
    }
    if (command instanceof DescribeModelPackageCommand) {
      return packages[input.ModelPackageName ?? ''] ?? refused('ValidationException', 'ModelPackage x does not exist.');
    }
    if (command instanceof DescribeTransformJobCommand) {
      return transform ?? refused('ResourceNotFound', 'Could not find requested job with name: x');
    }
    throw new Error(`unexpected ${command}`);
  }) as never;
  return client;
}

const serving = {
  EndpointArn: arn('endpoint/serving'),
  EndpointStatus: 'InService',
  EndpointConfigName: 'Config-1',
  CreationTime: at(10),
  LastModifiedTime: at(20),
  ProductionVariants: [{ VariantName: 'all', CurrentWeight: 0.25 }],
};
const config = { CreationTime: at(5), ProductionVariants: [{ VariantName: 'all', ModelName: 'Model-1' }] };
const container = { Image: 'image:1', ModelDataUrl: MODEL_URI };
const model = { ModelArn: arn('model/model-1'), CreationTime: at(4), PrimaryContainer: container };
const named = { kind: 'endpoint', arn: serving.EndpointArn, name: 'Serving' } as const;

test('an endpoint leads by its configuration to its models, and to where their bytes are', async () => {
  await expect(
    describeDeployment(sagemaker({ endpoint: serving, config, models: { 'Model-1': model } }), named),
  ).resolves.toEqual({
    about: { ...named, createdAt: '2026-01-02T03:10:00.000Z' },
    taggedArn: named.arn,
    endpointConfig: 'Config-1',
    variants: [{ name: 'all', modelArn: arn('model/model-1'), weight: '0.25' }],
    models: [
      {
        arn: arn('model/model-1'),
        createdAt: at(4),
        containers: [{ image: 'image:1', data: { kind: 'object', uri: MODEL_URI }, packageArn: undefined }],
      },
    ],
    packages: [],
    componentVariants: [],
    missing: [],
  });
});

test.each<[what: string, change: Answers]>([
  ['a configuration that was deleted while it serves', { config: undefined as never }],
  ['a configuration that was made anew since', { config: { ...config, CreationTime: at(21) } }],
  ['a model that was deleted while it serves', { models: {} }],
  ['a model that was made anew since', { models: { 'Model-1': { ...model, CreationTime: at(21) } } }],
])('%s is a missing model', async (_what, change) => {
  const answers = { endpoint: serving, config, models: { 'Model-1': model }, ...change };
  const described = await describeDeployment(sagemaker(answers), named);
  expect(described?.models).toEqual([]);
  expect(described?.missing).toEqual([expect.objectContaining({ code: 'model-missing' })]);
});

test('a variant that names no model is one of inference components', async () => {
  const without = {
    ...config,
    ProductionVariants: [{ VariantName: 'a' }],
    ShadowProductionVariants: [{ VariantName: 'b' }],
  };
  const described = await describeDeployment(sagemaker({ endpoint: serving, config: without }), named);
  expect(described).toMatchObject({ variants: [], models: [], componentVariants: ['a', 'b'], missing: [] });
});

test.each(['Creating', 'Updating', 'SystemUpdating', 'RollingBack'])(
  'an endpoint that is %s is tried again later',
  async (EndpointStatus) => {
    const attempt = describeDeployment(sagemaker({ endpoint: { ...serving, EndpointStatus } }), named);
    await expect(attempt).rejects.toThrow(/once it has come to rest/);
    await expect(attempt).rejects.not.toHaveProperty('reason');
  },
);

test('an endpoint that failed puts nothing to use', async () => {
  const failed = sagemaker({ endpoint: { ...serving, EndpointStatus: 'Failed' } });
  await expect(describeDeployment(failed, named)).resolves.toBeUndefined();
});

test('what was deleted, and what has another ARN under the name, is parked', async () => {
  await expect(describeDeployment(sagemaker({}), named)).rejects.toMatchObject({ reason: 'deployment-not-found' });
  const transform = { kind: 'transform-job', arn: arn('transform-job/batch'), name: 'Batch' } as const;
  await expect(describeDeployment(sagemaker({}), transform)).rejects.toMatchObject({ reason: 'deployment-not-found' });
  const version = { kind: 'model-package', arn: arn('model-package/group/1') } as const;
  await expect(describeDeployment(sagemaker({}), version)).rejects.toMatchObject({ reason: 'deployment-not-found' });
  const other = sagemaker({ endpoint: { ...serving, EndpointArn: arn('endpoint/other') } });
  await expect(describeDeployment(other, named)).rejects.toMatchObject({ reason: 'foreign-message' });
});

test('an error that is no absence is not taken for one', async () => {
  const throttled = sagemaker({});
  throttled.send = (async () => refused('ThrottlingException', 'Rate exceeded')) as never;
  await expect(describeDeployment(throttled, named)).rejects.toThrow('Rate exceeded');
});

describe('the data of a container', () => {
  const source = { S3Uri: MODEL_URI, S3DataType: 'S3Object', CompressionType: 'Gzip' };
  const prefix = { S3Uri: 's3://artifacts/mlflow/1/models/m-1/artifacts/', S3DataType: 'S3Prefix' };

  test.each<[what: string, definition: object, kind: string]>([
    ['an address', { ModelDataUrl: MODEL_URI }, 'object'],
    ['a data source with one object', { ModelDataSource: { S3DataSource: source } }, 'object'],
    ['a folder, such as MLflow logs', { ModelDataSource: { S3DataSource: prefix } }, 'no-single-object'],
    ['an address of many models', { ModelDataUrl: 's3://artifacts/models/', Mode: 'MultiModel' }, 'no-single-object'],
    [
      'an address and adapters beside it',
      { ModelDataUrl: MODEL_URI, AdditionalModelDataSources: [{ ChannelName: 'lora' }] },
      'no-single-object',
    ],
    ['an address of the web', { ModelDataUrl: 'https://example.com/model.tar.gz' }, 'no-single-object'],
    ['an image alone', {}, 'none'],
  ])('is told for %s', async (_what, definition, kind) => {
    const models = { 'Model-1': { ...model, PrimaryContainer: { Image: 'image:1', ...definition } } };
    const described = await describeDeployment(sagemaker({ endpoint: serving, config, models }), named);
    expect(described?.models[0]?.containers[0]?.data.kind).toBe(kind);
  });
});

describe('a model package', () => {
  const versionArn = arn('model-package/diagnosis/3');
  const version = {
    ModelPackageArn: versionArn,
    ModelPackageGroupName: 'Diagnosis',
    ModelPackageName: 'Diagnosis',
    ModelPackageVersion: 3,
    ModelPackageStatus: 'Completed',
    CreationTime: at(1),
    LastModifiedTime: at(2),
    InferenceSpecification: { Containers: [container] },
    CustomerMetadataProperties: { a: 'b' },
  };

  test('is named by its group and version, and its tags are those of its group', async () => {
    const described = await describeDeployment(sagemaker({ packages: { [versionArn]: version } }), {
      kind: 'model-package',
      arn: versionArn,
    });
    expect(described).toMatchObject({
      about: { kind: 'model-package', arn: versionArn, name: 'Diagnosis.3', createdAt: '2026-01-02T03:01:00.000Z' },
      taggedArn: arn('model-package-group/diagnosis'),
      packages: [{ arn: versionArn, approval: null, changedAt: at(2), properties: { a: 'b' } }],
    });
  });

  test('that is being made is tried again later, and one that failed puts nothing to use', async () => {
    const of = (ModelPackageStatus: string) =>
      describeDeployment(sagemaker({ packages: { [versionArn]: { ...version, ModelPackageStatus } } }), {
        kind: 'model-package',
        arn: versionArn,
      });
    await expect(of('InProgress')).rejects.toThrow(/once it is there/);
    await expect(of('Failed')).resolves.toBeUndefined();
  });

  test('that a model names is described with it, and one that is not there is missing', async () => {
    const transform = { kind: 'transform-job', arn: arn('transform-job/batch'), name: 'Batch' } as const;
    const job = { TransformJobArn: transform.arn, ModelName: 'Model-1', CreationTime: at(30) };
    const models = { 'Model-1': { ...model, PrimaryContainer: { ModelPackageName: versionArn } } };
    const described = await describeDeployment(
      sagemaker({ transform: job, models, packages: { [versionArn]: version } }),
      transform,
    );
    expect(described).toMatchObject({ packages: [{ arn: versionArn }], missing: [] });
    const without = await describeDeployment(sagemaker({ transform: job, models }), transform);
    expect(without).toMatchObject({ packages: [], missing: [{ code: 'model-package-missing' }] });
  });
});
