import { Match } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CheckpointRecorder, EvidenceStore, MlflowApp } from '../../lib';
import { actionsOf, CONSTRUCTS, defineStack, statementsOf, templateOf } from './definition';

const template = templateOf(CONSTRUCTS.CheckpointRecorder as never);
const recorder = statementsOf(template, 'CheckpointRecorderRecorderRole');

test('the checkpoint-recorder may read and add evidence, count jobs and call MLflow, and nothing else', () => {
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
    'sagemaker:CallMlflowAppApi',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:ListProcessingJobs',
    'sagemaker:ListTags',
    'sagemaker:ListTrainingJobs',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
});

test('a checkpoint is asked for every day at 3:00 UTC, and an event that cannot be delivered is parked', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    State: 'ENABLED',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    Targets: [
      Match.objectLike({
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CheckpointRecorderCheckpoint[0-9A-F]{8}$'), 'Arn'] },
        DeadLetterConfig: { Arn: Match.anyValue() },
      }),
    ],
  });
});

test('an event waits for six times the function’s time before it comes again, and is parked after 60 attempts', () => {
  template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 900 });
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 5400,
    RedrivePolicy: Match.objectLike({ maxReceiveCount: 60 }),
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('fails without a role whose jobs belong to the platform', () => {
  const stack = defineStack();
  const evidenceStore = new EvidenceStore(stack, 'Evidence', { platformName: 'demo' });
  const mlflowApp = new MlflowApp(stack, 'App', {
    artifactBucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'artifacts'),
  });
  expect(() => new CheckpointRecorder(stack, 'Recorder', { evidenceStore, mlflowApp, jobRoles: [] })).toThrow(
    /jobRoles must name at least one role/,
  );
});
