import { join } from 'node:path';
import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DataRepository,
  JobImage,
  JobNetwork,
  JobScript,
  LineageJobSettings,
  type LineageJobSettingsProps,
  LineagePlatform,
} from '../../lib';
import contract from '../../lib/private/contract.json';
import { jobEntrypoint } from '../../lib/private/job-entrypoint';
import { concrete } from './concrete-template';
import { defineRepository, defineStack, REPOSITORY_URL, SECRET_ARN, statementsOf } from './definition';

const SCRIPTS = join(__dirname, '..', 'e2e', 'scripts');
const IMAGE = JobImage.fromUri('registry.example.com/train:1');
const SCRIPT = JobScript.fromAsset(SCRIPTS, { entry: 'log_run.py' });

/** A platform whose jobs run in a network, and whatever settings are to be defined for it. */
class JobsStack {
  readonly stack: Stack;
  readonly defaults: LineageJobSettingsProps;

  constructor(stack = defineStack()) {
    this.stack = stack;
    const dataRepository = defineRepository(stack);
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
    });
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0');
    const platform = new LineagePlatform(stack, 'Platform', {
      name: 'demo',
      data: { repositories: [dataRepository] },
      jobs: { network: new JobNetwork(stack, 'Network', { vpc, securityGroups: [group] }) },
    });
    const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw');
    this.defaults = {
      platform,
      dataRepository,
      experimentName: 'radiology',
      preprocess: { script: SCRIPT, image: IMAGE, inputBucket, inputPrefix: 'scans' },
      train: { script: SCRIPT, image: IMAGE },
    };
  }

  define(id: string, props: Partial<LineageJobSettingsProps> = {}): LineageJobSettings {
    return new LineageJobSettings(this.stack, id, { ...this.defaults, ...props });
  }
}

const jobs = new JobsStack();
const settings = jobs.define('Settings', {
  train: {
    script: SCRIPT,
    image: IMAGE,
    instanceType: 'ml.g5.xlarge',
    volumeSizeInGb: 100,
    maxRuntime: Duration.hours(8),
    hyperparameters: { epochs: '5' },
    environment: { OMP_NUM_THREADS: '4' },
  },
});
settings.addOutputs();
const fromRepository = jobs.define('FromRepository', {
  preprocess: undefined,
  registeredModelName: 'chest-x-ray',
  datasetPath: 'data/scans',
  train: {
    image: IMAGE,
    script: JobScript.fromRepository(
      new DataRepository(jobs.stack, 'Code', { url: 'https://git.example.com/team/code.git' }),
    ),
  },
});
fromRepository.addOutputs();
const onlyPreprocess = jobs.define('OnlyPreprocess', { train: undefined });
onlyPreprocess.addOutputs();

const template = Template.fromStack(jobs.stack);
const { Resources, Outputs } = template.toJSON();

/** The request of an output, as it is once the stack is deployed. */
function request(output: RegExp): Record<string, unknown> {
  const [id] = Object.keys(Outputs).filter((name) => output.test(name));
  return JSON.parse(concrete(Resources, Outputs[id ?? ''].Value));
}

const bucketOf = (prefix: RegExp) =>
  `s3://${Object.keys(template.findResources('AWS::S3::Bucket'))
    .find((id) => prefix.test(id))
    ?.toLowerCase()}`;
const artifacts = bucketOf(/^PlatformArtifacts/);
const remote = bucketOf(/^PlatformDvcRemoteBucket/);
const roleArn = (prefix: RegExp) =>
  `arn:aws:iam::111122223333:role/${Object.keys(template.findResources('AWS::IAM::Role')).find((id) => prefix.test(id))}`;
const asset = expect.stringMatching(/^s3:\/\/cdk-hnb659fds-assets-111122223333-us-east-1\/[0-9a-f]{64}\.zip$/);
const handover = `${artifacts}/lineage/${settings.node.addr}/<DataRevision>`;

const carried = (more: Record<string, string> = {}) => {
  const names = contract.jobEnvironment;
  return {
    [names.dataRevision]: '<DataRevision>',
    [names.dataRepositoryUrl]: REPOSITORY_URL,
    [names.dataRepositoryName]: 'data',
    [names.dataBranch]: 'main',
    [names.dataRepositoryTokenSecretArn]: SECRET_ARN,
    [names.dvcRemoteUrl]: `${remote}/dvc`,
    [names.datasetPath]: 'dataset',
    [names.mlflowTrackingUri]: expect.stringMatching(/:mlflow-app\/app-/),
    [names.mlflowExperimentName]: 'radiology',
    [names.mlflowRegisteredModelName]: 'radiology',
    [names.script]: 'log_run.py',
    ...more,
  };
};

const channel = (ChannelName: string, S3Uri: unknown) => ({
  ChannelName,
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri, S3DataDistributionType: 'FullyReplicated' } },
});

const NETWORK = { Subnets: ['subnet-0123456789abcdef0'], SecurityGroupIds: ['sg-0123456789abcdef0'] };
const TAGS = [{ Key: contract.jobTags.platform, Value: 'demo' }];

test('a training job can be started with the output, but for its name and revision', () => {
  expect(request(/^SettingsTrainingJobRequest/)).toEqual({
    TrainingJobName: '<JobName>',
    RoleArn: roleArn(/^PlatformTrainingRole/),
    AlgorithmSpecification: {
      TrainingImage: 'registry.example.com/train:1',
      TrainingInputMode: 'File',
      ContainerEntrypoint: jobEntrypoint('train'),
    },
    HyperParameters: { epochs: '5' },
    Environment: carried({ OMP_NUM_THREADS: '4' }),
    InputDataConfig: [channel('lineage-jobs', asset), channel('code', asset), channel('lineage', handover)],
    OutputDataConfig: { S3OutputPath: `${artifacts}/models` },
    ResourceConfig: { InstanceType: 'ml.g5.xlarge', InstanceCount: 1, VolumeSizeInGB: 100 },
    StoppingCondition: { MaxRuntimeInSeconds: 8 * 3600 },
    EnableInterContainerTrafficEncryption: true,
    VpcConfig: NETWORK,
    Tags: TAGS,
  });
});

test('a processing job can be started with the output, and hands on where the training job looks', () => {
  const input = (InputName: string, S3Uri: unknown) =>
    expect.objectContaining({
      InputName,
      S3Input: expect.objectContaining({ S3Uri, LocalPath: `/opt/ml/processing/input/${InputName}` }),
    });
  expect(request(/^SettingsProcessingJobRequest/)).toEqual({
    ProcessingJobName: '<JobName>',
    RoleArn: roleArn(/^PlatformProcessingRole/),
    ProcessingResources: {
      ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
    },
    AppSpecification: {
      ImageUri: 'registry.example.com/train:1',
      ContainerEntrypoint: jobEntrypoint('preprocess'),
    },
    Environment: carried(),
    ProcessingInputs: [input('lineage-jobs', asset), input('code', asset), input('raw', 's3://raw/scans')],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'lineage',
          S3Output: { S3Uri: handover, LocalPath: '/opt/ml/processing/output/lineage', S3UploadMode: 'EndOfJob' },
        },
      ],
    },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    NetworkConfig: { EnableInterContainerTrafficEncryption: true, VpcConfig: NETWORK },
    Tags: TAGS,
  });
});

test('a script of a repository has no channel of its own, and its revision is replaced too', () => {
  const { Environment, InputDataConfig } = request(/^FromRepositoryTrainingJobRequest/);
  const { codeRevision, codeRepositoryUrl, datasetPath, mlflowRegisteredModelName } = contract.jobEnvironment;
  expect(Environment).toMatchObject({
    [codeRevision]: '<CodeRevision>',
    [codeRepositoryUrl]: 'https://git.example.com/team/code.git',
    [datasetPath]: 'data/scans',
    [mlflowRegisteredModelName]: 'chest-x-ray',
  });
  expect((InputDataConfig as { ChannelName: string }[]).map((it) => it.ChannelName)).toEqual([
    'lineage-jobs',
    'lineage',
  ]);
});

test('a kind of job that is made elsewhere has no output', () => {
  const outputs = Object.keys(Outputs).join();
  expect(outputs).not.toMatch(/FromRepositoryProcessing|OnlyPreprocessTraining/);
  expect(outputs).toMatch(/OnlyPreprocessProcessing/);
});

test('whoever starts jobs from this app is told the same of one revision', () => {
  const training = concrete(Resources, jobs.stack.resolve(settings.trainingJob('v1')));
  expect(training).toEqual({
    roleArn: roleArn(/^PlatformTrainingRole/),
    imageUri: 'registry.example.com/train:1',
    entrypoint: jobEntrypoint('train'),
    environment: carried({ [contract.jobEnvironment.dataRevision]: 'v1', OMP_NUM_THREADS: '4' }),
    inputs: { 'lineage-jobs': asset, code: asset, lineage: handover.replace('<DataRevision>', 'v1') },
    outputUri: `${artifacts}/models`,
    subnetIds: ['subnet-0123456789abcdef0'],
    securityGroupIds: ['sg-0123456789abcdef0'],
    tags: { [contract.jobTags.platform]: 'demo' },
  });
  const processing = concrete(Resources, jobs.stack.resolve(settings.processingJob('v1')));
  expect(processing).toMatchObject({
    roleArn: roleArn(/^PlatformProcessingRole/),
    entrypoint: jobEntrypoint('preprocess'),
    inputs: { raw: 's3://raw/scans' },
    outputUri: training.inputs.lineage,
  });
});

test('the job that publishes is told the token that pushes, and both the branch', () => {
  const token = (id: string) => Secret.fromSecretCompleteArn(jobs.stack, id, SECRET_ARN.replace('git-token', id));
  const dataRepository = new DataRepository(jobs.stack, 'Branched', {
    url: REPOSITORY_URL,
    branch: 'scans',
    tokenSecret: token('reads'),
    pushTokenSecret: token('pushes'),
  });
  const platform = new LineagePlatform(jobs.stack, 'Second', {
    name: 'second',
    data: { repositories: [dataRepository] },
  });
  const branched = jobs.define('BranchedJobs', { platform, dataRepository });
  const { dataBranch, dataRepositoryTokenSecretArn } = contract.jobEnvironment;
  expect(branched.processingJob('v1').environment).toMatchObject({
    [dataBranch]: 'scans',
    [dataRepositoryTokenSecretArn]: expect.stringContaining('pushes'),
  });
  expect(branched.trainingJob('v1').environment).toMatchObject({
    [dataBranch]: 'scans',
    [dataRepositoryTokenSecretArn]: expect.stringContaining('reads'),
  });
});

test('a revision may be known when the job starts only', () => {
  const later = Token.asString({ Ref: 'Later' });
  expect(JSON.stringify(jobs.stack.resolve(settings.trainingJob(later).inputs))).toContain('{"Ref":"Later"}');
});

test('processing jobs may read the raw data, and nothing beside it', () => {
  const statements = statementsOf(template, 'PlatformProcessingRole').map((it) => concrete(Resources, it));
  expect(statements).toContainEqual({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::raw/scans/*' });
  expect(statements).toContainEqual({
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::raw',
    Condition: { StringLike: { 's3:prefix': ['scans', 'scans/*'] } },
  });
});

describe('fails', () => {
  test.each<[string, () => Partial<LineageJobSettingsProps>]>([
    [
      'preprocess or train must be given, got neither; say what the jobs run',
      () => ({ preprocess: undefined, train: undefined }),
    ],
    [
      "dataRepository must be one of the platform's, got Stack/Other; add it to data.repositories of the platform",
      () => ({ dataRepository: new DataRepository(jobs.stack, 'Other', { url: 'https://git.example.com/a/b.git' }) }),
    ],
    [
      'datasetPath must be a relative path of letters, digits, dots, dashes and underscores, got "../x"',
      () => ({ datasetPath: '../x' }),
    ],
    [
      'environment must not set what carries the lineage, got DATA_REPOSITORY_URL; leave it out',
      () => ({
        train: { script: SCRIPT, image: IMAGE, environment: { [contract.jobEnvironment.dataRepositoryUrl]: 'x' } },
      }),
    ],
  ])('%s', (message, props) => {
    const expected = message.replace('DATA_REPOSITORY_URL', contract.jobEnvironment.dataRepositoryUrl);
    expect(() => jobs.define(`Failing${message.length}`, props())).toThrow(expected);
  });

  test('on settings of a kind of job that is made elsewhere', () => {
    expect(() => fromRepository.processingJob('v1')).toThrow(
      'preprocess must be given for settings of processing jobs',
    );
    expect(() => onlyPreprocess.trainingJob('v1')).toThrow('train must be given for settings of training jobs');
  });
});

test('texts may be known at deployment only, in a stack without account and region and without a network', () => {
  const stack = new Stack(new App(), 'Anywhere');
  const later = Token.asString({ Ref: 'AWS::StackName' });
  const dataRepository = new DataRepository(stack, 'Data', { url: later });
  const anywhere = new LineageJobSettings(stack, 'Settings', {
    platform: new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }),
    dataRepository,
    experimentName: later,
    registeredModelName: later,
    datasetPath: later,
    train: { script: SCRIPT, image: IMAGE },
  });
  anywhere.addOutputs();
  const { environment, subnetIds } = anywhere.trainingJob('v1');
  expect(subnetIds).toBeUndefined();
  expect(environment).not.toHaveProperty(contract.jobEnvironment.dataRepositoryName);
  expect(environment).not.toHaveProperty(contract.jobEnvironment.dataRepositoryTokenSecretArn);
  expect(environment[contract.jobEnvironment.datasetPath]).toBe(later);
  expect(() => Template.fromStack(stack)).not.toThrow();
});
