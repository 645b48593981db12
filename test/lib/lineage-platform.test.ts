import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { LineagePlatform } from '../../lib';
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
  expect(ids('AWS::KMS::Key')).toEqual(['PlatformEvidenceStoreSigningKey', 'PlatformKey']);
  expect(ids('AWS::SageMaker::MlflowApp')).toEqual(['PlatformMlflowApp']);
});

test('how statements are kept and signed can be chosen, and the functions are told', () => {
  const stack = defineStack();
  const previous = 'ab'.repeat(32);
  new LineagePlatform(stack, 'Platform', {
    platformName: 'demo',
    dataRepositories: [defineRepository(stack)],
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

test('the outputs tell the command line where to look, and never a token', () => {
  const stack = defineStack();
  const dataRepository = defineRepository(stack);
  new LineagePlatform(stack, 'Platform', { platformName: 'demo', dataRepositories: [dataRepository] }).addOutputs();
  const outputs = Template.fromStack(stack).findOutputs('*');
  expect(Object.keys(outputs).sort()).toEqual(Object.values(contract.stackOutputs).sort());
  const repositories = JSON.stringify(outputs[contract.stackOutputs.dataRepositories]);
  expect(repositories).toContain('https://git.example.com/team/data.git');
  expect(repositories).not.toMatch(/resolve:secretsmanager/);
});
