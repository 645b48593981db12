import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  DvcRemote,
  EvidenceStore,
  JobImage,
  JobNetwork,
  JobScript,
  JobToolkit,
  LineagePlatform,
  type LineagePlatformProps,
  MlflowApp,
} from '../../lib';
import contract from '../../lib/private/contract.json';
import { actionsOf, CONSTRUCTS, defineRepository, defineStack, statementsOf, templateOf } from './definition';

test('a stack without account and region can hold a platform', () => {
  const stack = new Stack(new App(), 'Anywhere');
  CONSTRUCTS.LineagePlatform?.(stack);
  expect(() => Template.fromStack(stack)).not.toThrow();
});

const template = templateOf(CONSTRUCTS.LineagePlatform as never);
const training = statementsOf(template, 'PlatformTrainingRole');

test('training may pull datasets, and can put nothing where they are', () => {
  const writes = training.filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
  expect(writes.length).toBeGreaterThan(0);
  for (const { Resource } of writes) {
    expect(JSON.stringify(Resource)).toMatch(/PlatformArtifacts/);
    expect(JSON.stringify(Resource)).not.toMatch(/PlatformDvcRemote/);
  }
});

test('training has the rights it needs, and no other', () => {
  expect(actionsOf(training)).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DescribeLogStreams',
    'logs:PutLogEvents',
    's3:AbortMultipartUpload',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sagemaker:CallMlflowAppApi',
    'secretsmanager:GetSecretValue',
  ]);
});

test('jobs of both roles that the platform gives to jobs belong to it', () => {
  const [handler] = Object.values(template.findResources('AWS::Lambda::Function')).filter(({ Properties }) =>
    Properties.Description.startsWith('Finds out'),
  );
  const roles = JSON.stringify(handler?.Properties.Environment.Variables.ML_LINEAGE_JOB_ROLE_ARNS);
  expect(roles).toMatch(/PlatformProcessingRole\w+","Arn/);
  expect(roles).toMatch(/PlatformTrainingRole\w+","Arn/);
});

test('no alarm and no dashboard is there unless it was asked for', () => {
  template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
});

test('what holds data or runs has a stable id', () => {
  const ids = (type: string) =>
    Object.keys(template.findResources(type))
      .map((id) => id.slice(0, -8))
      .sort();
  expect(ids('AWS::S3::Bucket')).toEqual([
    'PlatformAccessLogs',
    'PlatformArtifacts',
    'PlatformDvcRemoteBucket',
    'PlatformEvidenceStoreBucket',
  ]);
  expect(ids('AWS::KMS::Key')).toEqual(['LineageLogKey', 'PlatformEvidenceStoreSigningKey', 'PlatformKey']);
  expect(ids('AWS::SageMaker::MlflowApp')).toEqual(['PlatformMlflowApp']);
});

test('how statements are kept and signed can be chosen, and the functions are told', () => {
  const stack = defineStack();
  const previous = 'ab'.repeat(32);
  new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [defineRepository(stack)] },
    evidence: { retention: Duration.days(1), signingKeyGeneration: 2, previousKeyFingerprints: [previous] },
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::S3::Bucket', {
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } },
    LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^PlatformAccessLogs') } },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { [contract.functionEnvironment.previousKeyFingerprints]: JSON.stringify([previous]) },
    },
  });
});

test("SageMaker's own lineage graph is left alone where the platform is told so", () => {
  const stack = defineStack();
  new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [defineRepository(stack)] },
    tracking: { completeLineageGraph: false },
  });
  const tagger = (of: Template) => actionsOf(statementsOf(of, 'PlatformRunTaggerRunTaggerRole'));
  expect(tagger(Template.fromStack(stack))).not.toContain('sagemaker:CreateArtifact');
  expect(tagger(template)).toContain('sagemaker:CreateArtifact');
});

test('the outputs tell the command line where to look, and never a token', () => {
  const stack = defineStack();
  const dataRepository = defineRepository(stack);
  new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }).addOutputs();
  const outputs = Template.fromStack(stack).findOutputs('*');
  expect(Object.keys(outputs).sort()).toEqual(Object.values(contract.stackOutputs).sort());
  const repositories = JSON.stringify(outputs[contract.stackOutputs.dataRepositories]);
  expect(repositories).toContain('https://git.example.com/team/data.git');
  expect(repositories).not.toMatch(/resolve:secretsmanager/);
});

describe('parts that are there already', () => {
  const stack = defineStack();
  const given = new Construct(stack, 'Given');
  const artifactBucket = new s3.Bucket(given, 'Artifacts', { encryption: s3.BucketEncryption.KMS });
  const role = (id: string) =>
    new iam.Role(given, id, { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
  const platform = new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [defineRepository(stack)], remote: new DvcRemote(given, 'Remote') },
    tracking: { mlflowApp: new MlflowApp(given, 'App', { artifactBucket }) },
    jobs: {
      artifactBucket,
      toolkit: new JobToolkit(given, 'Toolkit', { handoverBucket: artifactBucket, handoverPrefix: 'own' }),
      processingRole: role('Processing'),
      trainingRole: role('Training'),
    },
    evidence: { store: new EvidenceStore(given, 'Evidence', { platformName: 'demo' }) },
  });
  const withOwnParts = Template.fromStack(stack);

  test.each(['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SageMaker::MlflowApp'])('leave no %s to be made', (type) => {
    const ids = Object.keys(withOwnParts.findResources(type));
    expect(ids.length).toBeGreaterThan(0);
    // functions write logs, whatever parts they are given.
    expect(ids.filter((id) => !/^(Given|LineageLogKey)/.test(id))).toEqual([]);
  });

  test('are the parts of the platform', () => {
    expect(platform.artifactBucket).toBe(artifactBucket);
    expect(platform.jobToolkit.handoverUri).toMatch(/\/own$/);
    expect(platform.evidenceStore.node.path).toBe('Stack/Given/Evidence');
    expect(platform.mlflowApp.node.path).toBe('Stack/Given/App');
    expect(platform.dvcRemote.node.path).toBe('Stack/Given/Remote');
  });

  test.each(['Training', 'Processing'])('give the role of %s jobs what a new one would be given', (kind) => {
    expect(actionsOf(statementsOf(withOwnParts, `Given${kind}`))).toEqual(
      actionsOf(statementsOf(template, `Platform${kind}Role`)),
    );
  });
});

describe('fails', () => {
  const message = (props: (stack: Stack) => Partial<LineagePlatformProps>) => {
    const stack = defineStack();
    const defaults = { name: 'demo', data: { repositories: [defineRepository(stack)] } };
    try {
      new LineagePlatform(stack, 'Platform', { ...defaults, ...props(stack) });
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it did not fail');
  };

  test.each(['', 'D', 'Demo', 'a'.repeat(33), 'demo-'])('on the name %p', (name) => {
    expect(message(() => ({ name }))).toMatch(
      `name must be 2 to 32 lower-case letters, digits and inner dashes, starting with a letter, got "${name}"`,
    );
  });

  test.each([0, contract.limits.dataRepositories + 1])('on %p repositories', (count) => {
    expect(
      message((stack) => ({ data: { repositories: Array(count).fill(defineRepository(new Stack(stack))) } })),
    ).toMatch(`data.repositories must name 1 to 20 repositories, got ${count}`);
  });

  test('on a store beside how a store is to be made, and on the store of another platform', () => {
    const text = message((stack) => ({
      evidence: { store: new EvidenceStore(stack, 'Other', { platformName: 'other' }), signingKeyGeneration: 2 },
    }));
    expect(text).toMatch(
      'evidence must have no other option beside store, got signingKeyGeneration; set it where the store is defined',
    );
    expect(text).toMatch('evidence.store must be that of the platform "demo", got that of "other"');
  });
});

test('pipelines are the platform’s own, and known by their keys', () => {
  const stack = defineStack();
  const dataRepository = defineRepository(stack);
  const job = { script: JobScript.fromRepository(dataRepository), image: JobImage.fromUri('image') };
  const platform = new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [dataRepository] },
    pipelines: {
      Nightly: {
        dataRepository,
        preprocess: { ...job, inputBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'raw'), inputPrefix: 'x' },
        train: job,
      },
    },
  });
  expect(Object.keys(platform.pipelines)).toEqual(['Nightly']);
  expect(platform.pipelines.Nightly?.node.path).toBe('Stack/Platform/Pipelines/Nightly');
  Template.fromStack(stack).resourceCountIs('AWS::SageMaker::Pipeline', 1);
});

test('a name that only the deployment knows is taken as it is', () => {
  const stack = defineStack();
  const name = new CfnParameter(stack, 'Name').valueAsString;
  const store = new EvidenceStore(stack, 'Store', { platformName: 'demo' });
  const platform = new LineagePlatform(stack, 'Platform', {
    name,
    data: { repositories: [defineRepository(stack)] },
    // an option that is set to nothing is none.
    evidence: { store, retention: undefined as never },
  });
  expect(platform.platformName).toBe(name);
});

test('jobs may run in a network of yours, which both roles may use', () => {
  const stack = defineStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
  });
  const network = new JobNetwork(stack, 'Network', { vpc });
  const platform = new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [defineRepository(stack)] },
    jobs: { network },
  });
  expect(platform.network).toBe(network);
  const template = Template.fromStack(stack);
  for (const role of ['PlatformTrainingRole', 'PlatformProcessingRole']) {
    expect(actionsOf(statementsOf(template, role))).toContain('ec2:CreateNetworkInterface');
  }
});
