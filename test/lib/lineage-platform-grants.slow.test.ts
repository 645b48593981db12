import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { DataRepository, LineagePlatform, MlflowApp } from '../../lib';
import contract from '../../lib/private/contract.json';
import { version } from '../../package.json';
import { concrete, type Resources } from './concrete-template';
import {
  actionsOf,
  defineRepository,
  defineRole,
  defineStack,
  ENVIRONMENT,
  type Statement,
  statementsOf,
} from './definition';

const STACK_ARN = 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/*';

const stack = defineStack();
const platform = new LineagePlatform(stack, 'Platform', {
  name: 'demo',
  data: { repositories: [defineRepository(stack)] },
});
platform.grants.read(defineRole(stack));
platform.addOutputs();
const template = Template.fromStack(stack);
const resources: Resources = template.toJSON().Resources;
const granted = concrete(resources, statementsOf(template, 'Grantee')) as Statement[];
const [output] = Object.values(template.findOutputs(contract.stackOutputs.readerPolicy));

test('the policy that the outputs tell is exactly what the grant gives', () => {
  const told = JSON.parse(concrete(resources, output?.Value) as string);
  expect(told).toEqual({ Version: '2012-10-17', Statement: granted });
});

test('a reader may ask, and change nothing but by the one action that guards all of an MLflow App', () => {
  expect(actionsOf(granted)).toEqual([
    'cloudformation:DescribeStacks',
    'kms:Decrypt',
    'kms:GetPublicKey',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
    'sagemaker:CallMlflowAppApi',
    'sagemaker:DescribeEndpoint',
    'sagemaker:DescribeEndpointConfig',
    'sagemaker:DescribeInferenceComponent',
    'sagemaker:DescribeModel',
    'sagemaker:DescribeModelPackage',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:DescribeTransformJob',
    'sagemaker:DescribeTrialComponent',
    'sagemaker:ListArtifacts',
    'sagemaker:ListAssociations',
    'sagemaker:ListEndpoints',
    'sagemaker:ListInferenceComponents',
    'secretsmanager:GetSecretValue',
  ]);
});

test('a reader reads no record of a dataset, no raw data and no script', () => {
  const read = granted
    .filter(({ Action }) => [Action].flat().includes('s3:GetObject'))
    .flatMap(({ Resource }) => Resource);
  expect(read.map((arn) => String(arn).replace(/^.*?(\/|$)/, '')).sort()).toEqual([
    'demo/*',
    'dvc/files/md5/*.dir',
    'lineage/*',
    'models/*',
  ]);
});

test('nothing is granted on everything but what knows no resource', () => {
  const onAll = granted.filter(({ Resource }) => [Resource].flat().includes('*'));
  expect(onAll.map(({ Action }) => Action)).toEqual([
    [
      'sagemaker:ListEndpoints',
      'sagemaker:ListInferenceComponents',
      'sagemaker:ListArtifacts',
      'sagemaker:ListAssociations',
    ],
  ]);
  expect(granted).toContainEqual({ Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: STACK_ARN });
});

test('no resource is made of a policy that is only told', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(policies.filter(({ Properties }) => (Properties.Roles ?? []).length === 0)).toEqual([]);
});

test('the outputs tell the version that the platform was deployed with', () => {
  expect(Object.values(template.findOutputs(contract.stackOutputs.libraryVersion))[0]?.Value).toBe(version);
});

test('of a tracking server a reader may only read', () => {
  const stack = defineStack();
  const arn = `arn:aws:sagemaker:${ENVIRONMENT.region}:${ENVIRONMENT.account}:mlflow-tracking-server/team-a`;
  const platform = new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [defineRepository(stack)] },
    tracking: { mlflowApp: MlflowApp.fromTrackingServerArn(stack, 'Server', arn) },
  });
  platform.grants.read(defineRole(stack));
  const actions = actionsOf(statementsOf(Template.fromStack(stack), 'Grantee'));
  expect(actions.filter((action) => action.startsWith('sagemaker-mlflow:')).map((action) => action.slice(17))).toEqual([
    'GetModelVersion',
    'GetModelVersionByAlias',
    'GetRun',
    'SearchExperiments',
    'SearchLoggedModels',
    'SearchModelVersions',
    'SearchRuns',
  ]);
});

test('a reader of another stack and of one without account is granted the same', () => {
  const app = new App();
  const home = new Stack(app, 'Home');
  const readers = new Stack(app, 'Readers');
  const url = 'https://git.example.com/public/data.git';
  const repositories = [new DataRepository(home, 'DataRepository', { url })];
  const platform = new LineagePlatform(home, 'Platform', { name: 'demo', data: { repositories } });
  const role = new iam.Role(readers, 'Grantee', { assumedBy: new iam.AccountRootPrincipal() });
  platform.grants.read(role);
  const actions = actionsOf(statementsOf(Template.fromStack(readers), 'Grantee'));
  expect(actions).toEqual(actionsOf(granted).filter((action) => action !== 'secretsmanager:GetSecretValue'));
});
