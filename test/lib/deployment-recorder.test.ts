import { Match } from 'aws-cdk-lib/assertions';
import { DeploymentRecorder, EvidenceStore } from '../../lib';
import { actionsOf, CONSTRUCTS, defineRole, defineStack, statementsOf, templateOf } from './definition';

const template = templateOf(CONSTRUCTS.DeploymentRecorder as never);
const recorder = statementsOf(template, 'DeploymentRecorderRecorderRole');

test('the recorder may describe, sign and add evidence, and write nothing else but the properties of packages', () => {
  expect(actionsOf(recorder)).toEqual([
    'kms:GetPublicKey',
    'kms:Sign',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:PutObject',
    'sagemaker:DescribeEndpoint',
    'sagemaker:DescribeEndpointConfig',
    'sagemaker:DescribeModel',
    'sagemaker:DescribeModelPackage',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:DescribeTransformJob',
    'sagemaker:ListTags',
    'sagemaker:UpdateModelPackage',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
});

test('the recorder may approve no package, move none to another stage and remove nothing from one', () => {
  const updates = recorder.filter(({ Action }) => [Action].flat().includes('sagemaker:UpdateModelPackage'));
  expect(updates).toEqual([
    {
      Effect: 'Allow',
      Action: 'sagemaker:UpdateModelPackage',
      Resource: expect.anything(),
      Condition: {
        Null: {
          'sagemaker:CustomerMetadataPropertiesToRemove': 'true',
          'sagemaker:ModelApprovalStatus': 'true',
          'sagemaker:ModelLifeCycle:Stage': 'true',
          'sagemaker:ModelLifeCycle:StageStatus': 'true',
        },
      },
    },
  ]);
});

test.each([
  ['SageMaker Endpoint State Change', { detail: { EndpointStatus: ['IN_SERVICE', 'InService'] } }],
  ['SageMaker Transform Job State Change', { detail: Match.absent() }],
  ['SageMaker Model Package State Change', { detail: Match.absent() }],
])('every %s of this account is recorded, and an event that cannot be delivered is parked', (detailType, detail) => {
  template.hasResourceProperties('AWS::Events::Rule', {
    State: 'ENABLED',
    EventPattern: {
      source: ['aws.sagemaker'],
      'detail-type': [detailType],
      account: [{ Ref: 'AWS::AccountId' }],
      ...detail,
    },
    Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } })],
  });
});

test('a role whose jobs belong to the platform is told to the function, and none is by default', () => {
  const rolesOf = (from: typeof template) =>
    Object.values(from.findResources('AWS::Lambda::Function'))[0]?.Properties.Environment.Variables
      .ML_LINEAGE_JOB_ROLE_ARNS;
  expect(rolesOf(template)).toBe('[]');
  const withRole = templateOf((stack) => {
    const evidenceStore = new EvidenceStore(stack, 'Evidence', { platformName: 'demo' });
    new DeploymentRecorder(stack, 'Recorder', { platformName: 'demo', evidenceStore, jobRoles: [defineRole(stack)] });
  });
  expect(JSON.stringify(rolesOf(withRole))).toMatch(/Grantee/);
});

test('fails on a name that is none of a platform', () => {
  const stack = defineStack();
  const evidenceStore = new EvidenceStore(stack, 'Evidence', { platformName: 'demo' });
  expect(() => new DeploymentRecorder(stack, 'Recorder', { platformName: 'Demo Platform', evidenceStore })).toThrow(
    /platformName must be .*, got "Demo Platform"/,
  );
});
