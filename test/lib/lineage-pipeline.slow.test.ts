import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DataRepository, JobNetwork, JobScript, LineagePipeline, LineagePlatform } from '../../lib';
import { actionsOf, defineRepository, defineStack, statementsOf } from './definition';
import {
  type Change,
  define,
  defineParts,
  definePipeline,
  definitionOf,
  EVALUATE,
  GATE,
  IMAGE,
  parse,
  REGISTER,
  SCRIPTS,
  stepOf,
} from './pipeline-definition';

// what needs no pipeline of its own to be looked at.
const plain = define();

test('runs are logged to our app and to no app that the service makes by itself', () => {
  expect(plain.definition.MlflowConfig).toEqual({
    MlflowResourceArn: 'known-at-deployment',
    MlflowExperimentName: expect.stringMatching(/^stack-pipeline-[0-9a-f]{8}$/),
  });
});

test('both steps are told the same data revision, which names the execution', () => {
  const { definition } = plain;
  const revision = {
    'Std:Join': { On: '-', Values: [{ Get: 'Parameters.DataVersion' }, { Get: 'Execution.PipelineExecutionId' }] },
  };
  for (const name of ['Preprocess', 'Train']) {
    expect(stepOf(definition, name)).toMatchObject({
      Arguments: {
        Environment: {
          PIPELINE_RUN_ID: revision,
          PIPELINE_EXECUTION_ARN: { Get: 'Execution.PipelineExecutionArn' },
          DVC_REPO_URL: 'https://git.example.com/team/data.git',
          MLFLOW_TRACKING_URI: 'known-at-deployment',
        },
      },
    });
  }
});

test('training mounts what this execution has published', () => {
  expect(stepOf(plain.definition, 'Train')).toMatchObject({
    Arguments: {
      InputDataConfig: expect.arrayContaining([
        expect.objectContaining({
          ChannelName: 'lineage',
          DataSource: {
            S3DataSource: expect.objectContaining({
              S3Uri: { Get: "Steps.Preprocess.ProcessingOutputConfig.Outputs['lineage'].S3Output.S3Uri" },
            }),
          },
        }),
      ]),
    },
  });
});

test('no step is cached, and service faults are tried again', () => {
  for (const step of plain.definition.Steps) {
    expect(step).not.toHaveProperty('CacheConfig');
    expect(step.RetryPolicies[0].ExceptionType).toEqual(['Step.SERVICE_FAULT', 'Step.THROTTLING']);
  }
});

test('the job that publishes is told the branch and the token that pushes, the others the one that reads', () => {
  const stack = defineStack();
  const secretOf = (name: string) =>
    Secret.fromSecretCompleteArn(stack, name, `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`);
  const dataRepository = new DataRepository(stack, 'Data', {
    url: 'https://git.example.com/team/data.git',
    branch: 'datasets',
    tokenSecret: secretOf('read'),
    pushTokenSecret: secretOf('push'),
  });
  const platform = new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } });
  const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data');
  definePipeline(stack, { pipeline: { evaluate: EVALUATE } }, { dataRepository, platform, inputBucket });
  const { definition } = definitionOf(stack);
  const told = ['Preprocess', 'Train', 'Evaluate'].map((name) => {
    const { Environment } = stepOf(definition, name).Arguments as never as { Environment: Record<string, string> };
    return [name, Environment.LINEAGE_DATA_BRANCH, Environment.DVC_REPO_TOKEN_SECRET_ARN?.split(':').at(-1)];
  });
  expect(told).toEqual([
    ['Preprocess', 'datasets', 'push-AbCdEf'],
    ['Train', 'datasets', 'read-AbCdEf'],
    ['Evaluate', 'datasets', 'read-AbCdEf'],
  ]);
});

test('no token and no secret text is part of the definition', () => {
  const text = JSON.stringify(plain.definition);
  expect(text).toContain('DVC_REPO_TOKEN_SECRET_ARN');
  expect(text).not.toMatch(/resolve:secretsmanager/);
});

test('a script from a repository has its revision as a parameter without default, and needs no asset of its own', () => {
  const { template, definition } = (() => {
    const stack = defineStack();
    const dataRepository = defineRepository(stack);
    const code = new DataRepository(stack, 'Code', { url: 'https://git.example.com/team/code.git' });
    const script = JobScript.fromRepository(code);
    new LineagePipeline(stack, 'Pipeline', {
      platform: new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }),
      dataRepository,
      preprocess: {
        script,
        image: IMAGE,
        inputBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'raw'),
        inputPrefix: 'x',
      },
      train: { script, image: IMAGE },
    });
    const synthesized = Template.fromStack(stack);
    const [resource] = Object.values(synthesized.findResources('AWS::SageMaker::Pipeline'));
    return { template: synthesized, definition: parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody) };
  })();
  template.resourceCountIs('AWS::SageMaker::Pipeline', 1);
  expect(definition.Parameters).toContainEqual({ Name: 'CodeRevision', Type: 'String' });
  expect(stepOf(definition, 'Train')).toMatchObject({
    Arguments: {
      Environment: {
        LINEAGE_SCRIPT: 'train.py',
        LINEAGE_CODE_REPO_URL: 'https://git.example.com/team/code.git',
        LINEAGE_CODE_REVISION: { Get: 'Parameters.CodeRevision' },
      },
    },
  });
  expect(JSON.stringify(stepOf(definition, 'Train'))).not.toContain('"code"');
});

test('the pipeline starts only jobs of pipelines, and passes only the two roles of jobs', () => {
  const statements = statementsOf(plain.template, 'PipelineRole');
  expect(actionsOf(statements)).toEqual([
    'iam:PassRole',
    'sagemaker:AddTags',
    'sagemaker:CreateProcessingJob',
    'sagemaker:CreateTrainingJob',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:StopProcessingJob',
    'sagemaker:StopTrainingJob',
  ]);
  for (const { Action, Resource, Condition } of statements) {
    if ([Action].flat().includes('iam:PassRole')) {
      expect(JSON.stringify(Resource)).toMatch(/PlatformProcessingRole.*PlatformTrainingRole/);
      expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } });
    } else {
      expect(JSON.stringify(Resource)).toMatch(/-job\/pipelines-\*/);
    }
  }
});

test('processing may push datasets, and training may not', () => {
  const { template } = plain;
  const writesDataset = (role: string) =>
    statementsOf(template, role)
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .some(({ Resource }) => JSON.stringify(Resource).includes('PlatformDvcRemote'));
  expect(writesDataset('PlatformProcessingRole')).toBe(true);
  expect(writesDataset('PlatformTrainingRole')).toBe(false);
});

const refused = defineStack();
const parts = defineParts(refused);

test.each<[what: string, change: Change, message: RegExp]>([
  [
    'a model name with a slash',
    { pipeline: { registeredModelName: 'a/b' } },
    /registeredModelName must be .*got "a\/b"/,
  ],
  [
    'a data repository that is none of the platform',
    {
      pipeline: {
        dataRepository: new DataRepository(new Stack(), 'Foreign', { url: 'https://git.example.com/team/other.git' }),
      },
    },
    /dataRepository must be one of the platform's, got Default\/Foreign; add it to data.repositories/,
  ],
  [
    'a prefix with a slash',
    {
      pipeline: {
        preprocess: {
          ...EVALUATE,
          inputBucket: s3.Bucket.fromBucketName(new Stack(), 'Raw', 'raw'),
          inputPrefix: 'x/',
        },
      },
    },
    /preprocess\.inputPrefix must be a key prefix without a slash at either end, got "x\/"/,
  ],
  ['half an instance', { train: { instanceCount: 0.5 } }, /train\.instanceCount must be a whole number.*got 0\.5/],
  ['no instance', { train: { instanceCount: 0 } }, /train\.instanceCount must be a whole number from 1 on, got 0/],
  [
    'a wait that is shorter than the training',
    { train: { spot: { maxWait: Duration.minutes(30) } } },
    /train\.spot\.maxWait must be at least maxRuntime, 1 hour, got 30 minutes/,
  ],
  [
    'a gate without an evaluation',
    { pipeline: { qualityGate: GATE } },
    /qualityGate must have evaluate beside it.*got none/,
  ],
  [
    'a gate without a bound',
    { pipeline: { evaluate: EVALUATE, qualityGate: [] } },
    /qualityGate must have a bound, got none; leave it out/,
  ],
  [
    'a metric that is none',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'a.b', atLeast: 1 }] } },
    /metric of qualityGate must be a letter or underscore .*got "a\.b"/,
  ],
  [
    'a bound that bounds nothing',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'loss' }] } },
    /qualityGate must have atLeast or atMost for each metric, got none for "loss"/,
  ],
  [
    'a bound that is no number',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'loss', atMost: Number.NaN }] } },
    /atLeast and atMost of qualityGate must be finite numbers, got others for "loss"/,
  ],
  [
    'bounds that no model can meet',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'loss', atLeast: 2, atMost: 1 }] } },
    /atLeast of qualityGate must not be more than atMost.*got more for "loss"/,
  ],
  [
    'two bounds of one name',
    { pipeline: { evaluate: EVALUATE, qualityGate: [...GATE, { metric: 'valAccuracy', atLeast: 1 }] } },
    /the parameter name "AtLeastValAccuracy" is used twice/,
  ],
  [
    'two groups',
    {
      pipeline: {
        register: {
          ...REGISTER,
          modelPackageGroup: new CfnModelPackageGroup(new Stack(), 'Group', { modelPackageGroupName: 'theirs' }),
          modelPackageGroupName: 'ours',
        },
      },
    },
    /register must have modelPackageGroup or modelPackageGroupName, got both; leave out "ours"/,
  ],
  [
    'a group with a name that is none',
    { pipeline: { register: { ...REGISTER, modelPackageGroupName: 'a_b' } } },
    /register\.modelPackageGroupName must be 1 to 63 letters.*got "a_b"/,
  ],
  ['a name that is none', { pipeline: { pipelineName: 'a_b' } }, /pipelineName must be .*got "a_b"/],
  ['a dataset outside of the repository', { pipeline: { datasetPath: '../x' } }, /datasetPath must be .*got "\.\.\/x"/],
  [
    'a variable that is too long for training',
    { train: { environment: { NOTE: 'x'.repeat(513) } } },
    /the variable NOTE of the step Train has 513 characters, allowed are 512/,
  ],
  [
    'a variable that carries the lineage',
    { train: { environment: { PIPELINE_RUN_ID: 'mine' } } },
    /environment must not set what carries the lineage, got PIPELINE_RUN_ID; leave it out/,
  ],
  [
    'too many variables',
    { train: { environment: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`V${index}`, 'x'])) } },
    /the step Train has 1\d\d environment variables, allowed are 100/,
  ],
  [
    'a script that is none',
    { train: { script: JobScript.fromAsset(SCRIPTS, { entry: '../train.py' }) } },
    /entry must be the name of a Python file in the folder, such as train\.py, got "\.\.\/train\.py"/,
  ],
])('fails on %s', (what, change, message) => {
  expect(() => definePipeline(refused, change, parts, what)).toThrow(message);
});

test('a job that takes too long is stopped', () => {
  const { definition } = define({ train: { maxRuntime: Duration.minutes(5) } });
  expect(stepOf(definition, 'Train')).toMatchObject({ Arguments: { StoppingCondition: { MaxRuntimeInSeconds: 300 } } });
});

test('a plain pipeline defines no function, no group and no role that only other steps need', () => {
  const ids = Object.keys(plain.template.toJSON().Resources).filter((id) => id.startsWith('Pipeline'));
  expect(ids).toEqual([
    expect.stringMatching(/^PipelineRole[0-9A-F]{8}$/),
    expect.stringMatching(/^PipelineRoleDefaultPolicy[0-9A-F]{8}$/),
    expect.stringMatching(/^Pipeline[0-9A-F]{8}$/),
  ]);
});

test('an app that is agnostic to its environment can have a pipeline', () => {
  const stack = new Stack(new App(), 'Stack');
  definePipeline(stack, { pipeline: { evaluate: EVALUATE, qualityGate: GATE, register: REGISTER } });
  Template.fromStack(stack).resourceCountIs('AWS::SageMaker::Pipeline', 1);
});

test('all jobs run in the network of the platform, and the role of evaluations may use it', () => {
  const stack = defineStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0',
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-0'],
  });
  const network = new JobNetwork(stack, 'Network', { vpc });
  const dataRepository = defineRepository(stack);
  const platform = new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [dataRepository] },
    jobs: { network },
  });
  const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data');
  definePipeline(stack, { pipeline: { evaluate: EVALUATE } }, { dataRepository, platform, inputBucket });
  const template = Template.fromStack(stack);
  const [resource] = Object.values(template.findResources('AWS::SageMaker::Pipeline'));
  const definition = parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody);
  const inNetwork = {
    EnableInterContainerTrafficEncryption: true,
    VpcConfig: { Subnets: ['subnet-0'], SecurityGroupIds: ['known-at-deployment'] },
  };
  expect(stepOf(definition, 'Preprocess')).toMatchObject({ Arguments: { NetworkConfig: inNetwork } });
  expect(stepOf(definition, 'Train')).toMatchObject({ Arguments: inNetwork });
  expect(stepOf(definition, 'Evaluate')).toMatchObject({ Arguments: { NetworkConfig: inNetwork } });
  expect(actionsOf(statementsOf(template, 'PipelineEvaluationRole'))).toContain('ec2:CreateNetworkInterface');
});
