import type { Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  DvcRemote,
  EvidenceStore,
  type IMlflowApp,
  MlflowApp,
  ModelRegistrationMode,
  RunTagger,
  type RunTaggerProps,
} from '../../lib';
import contract from '../../lib/private/contract.json';
import {
  actionsOf,
  CONSTRUCTS,
  defineRepository,
  defineRole,
  defineStack,
  statementsOf,
  templateOf,
} from './definition';

const template = templateOf(CONSTRUCTS.RunTagger as never);
const deriver = statementsOf(template, 'RunTaggerLineageDeriverRole');
const tagger = statementsOf(template, 'RunTaggerRunTaggerRole');

test('the lineage-deriver may read, and write nothing but its log and its message', () => {
  expect(actionsOf(deriver)).toEqual([
    'kms:Decrypt',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:ListBucket',
    's3:ListBucketVersions',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:ListTags',
    'secretsmanager:GetSecretValue',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
});

const GRAPH = [
  'sagemaker:AddAssociation',
  'sagemaker:CreateArtifact',
  'sagemaker:ListActions',
  'sagemaker:ListArtifacts',
  'sagemaker:ListAssociations',
  'sagemaker:ListTrialComponents',
];

test('the run-tagger may call MLflow, describe jobs, sign, add evidence and lineage, and read neither data nor tokens', () => {
  expect(actionsOf(tagger)).toEqual([
    'kms:GetPublicKey',
    'kms:Sign',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:PutObject',
    'sagemaker:AddAssociation',
    'sagemaker:CallMlflowAppApi',
    'sagemaker:CreateArtifact',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    ...GRAPH.filter((action) => action.startsWith('sagemaker:List')),
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
});

test('the run-tagger adds nothing to the lineage graph but artifacts, and edges between them, actions and jobs', () => {
  const resourcesOf = (action: string) => {
    const [{ Resource } = { Resource: [] }] = tagger.filter(({ Action }) => [Action].flat().includes(action));
    return [Resource].flat().map((arn) =>
      JSON.stringify(arn)
        .replace(/^.*:111122223333:/, '')
        .replace(/"\]\]\}$/, ''),
    );
  };
  expect(resourcesOf('sagemaker:CreateArtifact')).toEqual(['artifact/*']);
  expect(resourcesOf('sagemaker:AddAssociation')).toEqual([
    'action/*',
    'artifact/*',
    'experiment-trial-component/*-aws-processing-job',
    'experiment-trial-component/*-aws-training-job',
  ]);
});

function taggerWith(props: Partial<RunTaggerProps>, app?: (scope: Stack) => IMlflowApp) {
  return templateOf((stack) => {
    const artifactBucket = s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts');
    new RunTagger(stack, 'RunTagger', {
      platformName: 'demo',
      mlflowApp: app?.(stack) ?? new MlflowApp(stack, 'App', { artifactBucket }),
      dvcRemote: new DvcRemote(stack, 'Remote'),
      dataRepositories: [defineRepository(stack)],
      jobRoles: [defineRole(stack)],
      evidenceStore: new EvidenceStore(stack, 'Evidence', { platformName: 'demo' }),
      ...props,
    });
  });
}

/** What the functions of a template are told under a name. */
function toldTo(of: typeof template, name: string): string[] {
  return Object.values(of.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.Environment?.Variables[name] ?? [],
  );
}

test('a run-tagger that leaves the lineage graph alone has no right on it', () => {
  const alone = taggerWith({ completeLineageGraph: false });
  const left = actionsOf(statementsOf(alone, 'RunTaggerRunTaggerRole'));
  expect(actionsOf(tagger).filter((action) => !left.includes(action))).toEqual(GRAPH);
  const { completeLineageGraph } = contract.functionEnvironment;
  expect([template, alone].map((of) => toldTo(of, completeLineageGraph))).toEqual([['true'], ['false']]);
});

const APP_ARN = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';
const { AUTOMATIC } = ModelRegistrationMode;

test.each<[told: string, app: string, make: (scope: Stack) => IMlflowApp]>([
  ['false', 'mirrors none', (scope) => new MlflowApp(scope, 'App')],
  ['true', 'mirrors them', (scope) => new MlflowApp(scope, 'App', { modelRegistrationMode: AUTOMATIC })],
  ['false', 'is known by its ARN only', (scope) => MlflowApp.fromMlflowAppArn(scope, 'App', APP_ARN)],
  [
    'true',
    'is imported as one that mirrors them',
    (scope) =>
      MlflowApp.fromMlflowAppAttributes(scope, 'App', { mlflowAppArn: APP_ARN, modelRegistrationMode: AUTOMATIC }),
  ],
])('that models are mirrored is %s for an app that %s', (told, _app, make) => {
  expect(toldTo(taggerWith({}, make), contract.functionEnvironment.modelsMirrored)).toEqual([told]);
});

test('all that the run-tagger may do in S3 is in the bucket of the evidence', () => {
  const inS3 = tagger.filter(({ Action }) => [Action].flat().some((action) => String(action).startsWith('s3:')));
  expect(inS3.length).toBeGreaterThan(0);
  for (const { Resource } of inS3) {
    expect(JSON.stringify(Resource)).toMatch(/EvidenceStoreBucket/);
  }
});

test('the lineage-deriver has no part in evidence', () => {
  expect(JSON.stringify(deriver)).not.toMatch(/EvidenceStore/);
});

test('the run-tagger is told which keys before the signing key it believes', () => {
  const variables = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Environment?.Variables ?? {},
  );
  const name = contract.functionEnvironment.previousKeyFingerprints;
  expect(variables.filter((named) => name in named).map((named) => named[name])).toEqual(['[]']);
});

test('every queue is encrypted, refuses requests without TLS and keeps messages for 14 days', () => {
  template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 1209600 });
  const deny = Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  template.allResourcesProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: { Statement: Match.arrayWith([deny]) },
  });
});

test('the work queues park what has failed 60 times', () => {
  template.resourcePropertiesCountIs(
    'AWS::SQS::Queue',
    { RedrivePolicy: Match.objectLike({ maxReceiveCount: 60 }), VisibilityTimeout: 1800 },
    2,
  );
});

test('the lineage-deriver has the memory that the largest listing takes, for one message at a time', () => {
  const functions = (description: RegExp) =>
    Object.values(template.findResources('AWS::Lambda::Function'))
      .filter(({ Properties }) => description.test(Properties.Description))
      .map(({ Properties }) => [Properties.MemorySize, Properties.Timeout]);
  expect(functions(/^Finds out/)).toEqual([[1024, 300]]);
  expect(functions(/^Keeps/)).toEqual([[512, 300]]);
  const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
  const batches = Object.fromEntries(
    mappings.map(({ Properties }) => [Properties.FunctionName.Ref.includes('LineageDeriver'), Properties.BatchSize]),
  );
  expect(batches).toEqual({ true: 1, false: 5 });
});

test('a failed message does not take its batch with it', () => {
  template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('only jobs of this account that have ended start a derivation, and an event that cannot be delivered is parked', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    State: 'ENABLED',
    EventPattern: {
      source: ['aws.sagemaker'],
      'detail-type': ['SageMaker Training Job State Change', 'SageMaker Processing Job State Change'],
      account: [{ Ref: 'AWS::AccountId' }],
      detail: {
        $or: [
          { TrainingJobStatus: ['Completed', 'Failed', 'Stopped'] },
          { ProcessingJobStatus: ['Completed', 'Failed', 'Stopped'] },
        ],
      },
    },
    Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } })],
  });
});

test('no token stands in the template, only where it is', () => {
  expect(JSON.stringify(template.toJSON())).not.toContain('resolve:secretsmanager');
});

test('fails with all that is wrong at once', () => {
  const stack = defineStack();
  const artifactBucket = s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts');
  const props: RunTaggerProps = {
    platformName: 'Demo Platform',
    mlflowApp: new MlflowApp(stack, 'App', { artifactBucket }),
    dvcRemote: new DvcRemote(stack, 'Remote'),
    dataRepositories: [],
    jobRoles: [],
    evidenceStore: new EvidenceStore(stack, 'Evidence', { platformName: 'demo' }),
  };
  expect(() => new RunTagger(stack, 'RunTagger', props)).toThrow(
    /platformName must be .*, got "Demo Platform"\ndataRepositories must name 1 to 20 repositories, got 0\njobRoles must name at least one role.*got 0/,
  );
  expect(
    () =>
      new RunTagger(stack, 'Other', {
        ...props,
        platformName: 'demo',
        dataRepositories: [defineRepository(stack)],
        jobRoles: [defineRole(stack)],
      }),
  ).not.toThrow();
});
