import { App, Aws, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { type JobRoleProps, ProcessingRole, TrainingRole } from '../../lib';
import { defineJobParts, defineStack, KEY_ARN, MLFLOW_APP_ARN, SECRET_ARN, statementsOf } from './definition';

const KINDS = { Processing: ProcessingRole, Training: TrainingRole } as const;
type Kind = keyof typeof KINDS;
const BOTH = Object.keys(KINDS) as Kind[];

function define(kind: Kind, more: Partial<JobRoleProps> = {}, stack = defineStack()): Template {
  new KINDS[kind](stack, kind, { ...defineJobParts(stack), ...more });
  return Template.fromStack(stack);
}

// what a statement allows on what, one line each; logical ids without their digest.
function allowed(template: Template, role: string): string[] {
  const text = (resource: unknown) =>
    JSON.stringify(resource)
      .replace(/\{"Fn::GetAtt":\["(\w+?)[0-9A-F]{8}","Arn"\]\}/g, '$1')
      .replace(/\{"Ref":"AWS::Partition"\}/g, 'aws')
      .replace(/\{"Fn::Join":\["",\[([^\]]*)\]\]\}/g, '$1')
      .replace(/[0-9a-f]{64}\.zip/g, '<asset>')
      .replace(/[",]/g, '');
  const lines = statementsOf(template, role).flatMap(({ Effect, Action, Resource, Condition }) => {
    const condition = Condition ? ` if ${JSON.stringify(Condition).replace(/[0-9a-f]{64}\.zip/, '<asset>')}` : '';
    const resources = [Resource].flat().map(text);
    return [Action].flat().flatMap((action) => resources.map((name) => `${Effect} ${action} ${name}${condition}`));
  });
  return [...new Set(lines)].sort();
}

const below = (prefix: string) => `if {"StringLike":{"s3:prefix":["${prefix}","${prefix}/*"]}}`;
const ASSETS = 'arn:aws:s3:::cdk-hnb659fds-assets-111122223333-us-east-1';

const everyJob = (kind: Kind) => [
  ...['CreateLogGroup', 'CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'].map(
    (action) => `Allow logs:${action} arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/${kind}Jobs:*`,
  ),
  `Allow sagemaker:CallMlflowAppApi ${MLFLOW_APP_ARN}`,
  `Allow secretsmanager:GetSecretValue ${SECRET_ARN}`,
  'Allow s3:GetObject DvcRemoteBucket/dvc/*',
  `Allow s3:ListBucket DvcRemoteBucket ${below('dvc')}`,
  `Allow s3:ListBucket arn:aws:s3:::artifacts ${below('mlflow')}`,
  `Allow s3:ListBucket arn:aws:s3:::artifacts ${below('code')}`,
  'Allow s3:GetObject arn:aws:s3:::artifacts/mlflow/*',
  'Allow s3:PutObject arn:aws:s3:::artifacts/mlflow/*',
  'Allow s3:AbortMultipartUpload arn:aws:s3:::artifacts/mlflow/*',
  'Allow s3:GetObject arn:aws:s3:::artifacts/code/*',
  `Allow s3:GetObject ${ASSETS}/<asset>`,
  `Allow s3:ListBucket ${ASSETS} if {"StringEquals":{"s3:prefix":"<asset>"}}`,
  'Allow kms:Decrypt DvcRemoteKey',
  `Allow kms:Decrypt ${KEY_ARN}`,
  `Allow kms:GenerateDataKey ${KEY_ARN}`,
];

test('a processing job may pull and push datasets, and hand on what it published', () => {
  expect(allowed(define('Processing'), 'Processing')).toEqual(
    [
      ...everyJob('Processing'),
      'Allow s3:PutObject DvcRemoteBucket/dvc/*',
      'Allow s3:AbortMultipartUpload DvcRemoteBucket/dvc/*',
      'Allow kms:GenerateDataKey DvcRemoteKey',
      'Allow s3:PutObject arn:aws:s3:::artifacts/lineage/*',
      'Allow s3:AbortMultipartUpload arn:aws:s3:::artifacts/lineage/*',
    ].sort(),
  );
});

test('a training job may pull datasets, take over what was published, and write models', () => {
  expect(allowed(define('Training'), 'Training')).toEqual(
    [
      ...everyJob('Training'),
      `Allow s3:ListBucket arn:aws:s3:::artifacts ${below('lineage')}`,
      'Allow s3:GetObject arn:aws:s3:::artifacts/lineage/*',
      'Allow s3:PutObject arn:aws:s3:::artifacts/models/*',
      'Allow s3:AbortMultipartUpload arn:aws:s3:::artifacts/models/*',
    ].sort(),
  );
});

test.each(BOTH)('only SageMaker of this account may take the role of a %s job', (kind) => {
  define(kind).hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'sagemaker.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    },
  });
});

test.each(BOTH)('people read what a %s role is for', (kind) => {
  define(kind).hasResourceProperties('AWS::IAM::Role', {
    Description: {
      Processing: 'Processing jobs that make dataset versions',
      Training: 'Training jobs that make models',
    }[kind],
  });
  define(kind, { description: 'Ours' }).hasResourceProperties('AWS::IAM::Role', { Description: 'Ours' });
});

test('scripts and models may lie elsewhere, and the key of others is not needed', () => {
  const stack = defineStack();
  new TrainingRole(stack, 'Training', { ...defineJobParts(stack), codePrefix: 'team/src', modelPrefix: 'out' });
  const lines = allowed(Template.fromStack(stack), 'Training').join('\n');
  expect(lines).toContain('Allow s3:GetObject arn:aws:s3:::artifacts/team/src/*');
  expect(lines).toContain(below('team/src'));
  expect(lines).toContain('Allow s3:PutObject arn:aws:s3:::artifacts/out/*');
  expect(lines).not.toMatch(/artifacts\/(code|models)\//);
});

describe('a role that is there already', () => {
  test.each(BOTH)('gets what a new %s role would get, and keeps its trust', (kind) => {
    const stack = defineStack();
    const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    const template = define(kind, { role }, stack);
    expect(allowed(template, 'Own')).toEqual(allowed(define(kind), kind));
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' } }],
      },
    });
  });

  test('has no statement twice', () => {
    const stack = defineStack();
    const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    const props = { ...defineJobParts(stack), role };
    new TrainingRole(stack, 'First', props);
    new TrainingRole(stack, 'Second', props);
    expect(allowed(Template.fromStack(stack), 'Own')).toEqual(allowed(define('Training'), 'Training'));
  });

  test.each(BOTH)('may be imported, and gets a policy beside its own as a %s role', (kind) => {
    const stack = defineStack();
    const role = iam.Role.fromRoleName(stack, 'Own', 'team-jobs');
    const template = define(kind, { role }, stack);
    template.resourceCountIs('AWS::IAM::Role', 0);
    template.hasResourceProperties('AWS::IAM::Policy', { Roles: ['team-jobs'] });
    Annotations.fromStack(stack).hasNoWarning('*', '*');
  });

  test('may be an L1, by its ARN', () => {
    const stack = defineStack();
    const resource = new iam.CfnRole(stack, 'Own', { assumeRolePolicyDocument: {} });
    const template = define('Training', { role: iam.Role.fromRoleArn(stack, 'Role', resource.attrArn) }, stack);
    expect(Object.values(template.findResources('AWS::IAM::Policy'))).toHaveLength(1);
  });

  test('may be of another stack', () => {
    const app = new App();
    const roles = new Stack(app, 'Roles');
    const role = new iam.Role(roles, 'Own', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    const stack = new Stack(app, 'Jobs');
    new TrainingRole(stack, 'Training', { ...defineJobParts(stack), role });
    expect(JSON.stringify(allowed(Template.fromStack(roles), 'Own'))).toContain('s3:GetObject');
  });

  test.each(BOTH)('is warned about as a %s role if nothing can be granted to it', (kind) => {
    const stack = defineStack();
    const arn = 'arn:aws:iam::111122223333:role/team-jobs';
    const role = iam.Role.fromRoleArn(stack, 'Own', arn, { mutable: false });
    define(kind, { role }, stack).resourceCountIs('AWS::IAM::Policy', 0);
    Annotations.fromStack(stack).hasWarning(
      `/Stack/${kind}`,
      `the role ${role.node.path} cannot be changed from here, so that it was granted nothing; give it the rights that this construct gives to a role of its own, or import it as mutable [ack: cdk-ml-lineage:${kind}Role.immutableRole]`,
    );
  });
});

test.each(BOTH)('a %s role is what is granted to', (kind) => {
  const stack = defineStack();
  const role = new KINDS[kind](stack, 'Job', defineJobParts(stack));
  s3.Bucket.fromBucketName(stack, 'Raw', 'raw').grantRead(role);
  expect(allowed(Template.fromStack(stack), 'Job').join('\n')).toContain('s3:::raw/*');
});

test.each(BOTH)('a stack without account and region can hold a %s role', (kind) => {
  const stack = new Stack(new App(), 'Anywhere');
  const template = define(kind, {}, stack);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [{ Condition: { StringEquals: { 'aws:SourceAccount': stack.resolve(Aws.ACCOUNT_ID) } } }],
    },
  });
});

describe('fails', () => {
  test.each(BOTH)('on a %s role without a repository', (kind) => {
    expect(() => define(kind, { dataRepositories: [] })).toThrow(
      'dataRepositories must name at least one repository, got none; a job finds its dataset in one',
    );
  });

  test.each(BOTH)('on a prefix of scripts with a slash at its end, of a %s role', (kind) => {
    expect(() => define(kind, { codePrefix: 'code/' })).toThrow(
      'codePrefix must be one or more names of letters, digits, dots, dashes and underscores, joined by single slashes, got "code/"',
    );
  });

  test('on a prefix of models with a slash before it', () => {
    const stack = defineStack();
    expect(() => new TrainingRole(stack, 'Training', { ...defineJobParts(stack), modelPrefix: '/models' })).toThrow(
      'modelPrefix must be one or more names of letters, digits, dots, dashes and underscores, joined by single slashes, got "/models"',
    );
  });
});

test('prefixes may be known at deployment only', () => {
  const stack = defineStack();
  const later = Token.asString({ Ref: 'Later' });
  new TrainingRole(stack, 'Training', { ...defineJobParts(stack), codePrefix: later, modelPrefix: later });
  expect(JSON.stringify(statementsOf(Template.fromStack(stack), 'Training'))).toContain('{"Ref":"Later"}');
});
