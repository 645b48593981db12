import { CfnParameter, Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import { DeploymentRecorder, EvidenceStore, Reconciler, type ReconcilerProps, RunTagger } from '../../lib';
import { actionsOf, CONSTRUCTS, defineJobParts, defineRole, defineStack, statementsOf, templateOf } from './definition';

const template = templateOf(CONSTRUCTS.Reconciler as never);
const reconciler = statementsOf(template, 'ReconcilerReconcilerRole');

function define(props: Partial<ReconcilerProps> = {}, stack = defineStack()): Reconciler {
  const { dvcRemote, dataRepositories, mlflowApp } = defineJobParts(stack);
  const evidenceStore = new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' });
  const common = { platformName: 'demo', evidenceStore, jobRoles: [defineRole(stack)] };
  return new Reconciler(stack, 'Reconciler', {
    ...{ evidenceStore, mlflowApp, dvcRemote, jobRoles: common.jobRoles },
    runTagger: new RunTagger(stack, 'RunTagger', { ...common, mlflowApp, dvcRemote, dataRepositories }),
    deploymentRecorder: new DeploymentRecorder(stack, 'DeploymentRecorder', common),
    ...props,
  });
}

test('the reconciler may look at everything, send on what is to be looked at again, and sign and write nothing', () => {
  expect(actionsOf(reconciler)).toEqual([
    'kms:Decrypt',
    'kms:GetPublicKey',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
    'sagemaker:CallMlflowAppApi',
    'sagemaker:DescribeEndpoint',
    'sagemaker:DescribeEndpointConfig',
    'sagemaker:DescribeModel',
    'sagemaker:DescribeModelPackage',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:DescribeTransformJob',
    'sagemaker:ListEndpoints',
    'sagemaker:ListModelPackages',
    'sagemaker:ListProcessingJobs',
    'sagemaker:ListTags',
    'sagemaker:ListTrainingJobs',
    'sagemaker:ListTransformJobs',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
});

test('it sends to its own queue and parking, and to those where events of jobs and deployments come in', () => {
  const queues = reconciler
    .filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'))
    .flatMap(({ Resource }) => Resource as { 'Fn::GetAtt': [string] })
    .map(({ 'Fn::GetAtt': [id] }) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(queues.sort()).toEqual([
    'DeploymentRecorderChanges',
    'ReconcilerWalk',
    'ReconcilerWalkParking',
    'RunTaggerDerivation',
  ]);
});

test('only what SageMaker lists for an account or not at all is allowed without a resource', () => {
  const everywhere = reconciler.filter(({ Resource }) => Resource === '*');
  expect(actionsOf(everywhere).filter((action) => !/^sagemaker:List(?!Tags)/.test(action))).toEqual([]);
});

test('a walk is asked for every day at 4:00 UTC, and an event that cannot be delivered is parked', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    State: 'ENABLED',
    ScheduleExpression: 'cron(0 4 * * ? *)',
    Targets: [
      Match.objectLike({
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ReconcilerWalk[0-9A-F]{8}$'), 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ReconcilerWalkParking'), 'Arn'] } },
      }),
    ],
  });
});

test('it looks four weeks back, twice as long as a message can wait in a queue', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ ML_LINEAGE_LOOK_BACK_DAYS: '28' }) },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 3600 });
});

test('when it walks and how far it looks back can be chosen', () => {
  const stack = defineStack();
  define({ schedule: events.Schedule.rate(Duration.hours(6)), lookBack: Duration.days(90) }, stack);
  const chosen = Template.fromStack(stack);
  chosen.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(6 hours)' });
  chosen.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ ML_LINEAGE_LOOK_BACK_DAYS: '90' }) },
  });
});

test('how far it looks back may be known at deployment only', () => {
  const stack = defineStack();
  define({ lookBack: Duration.days(new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber) }, stack);
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ ML_LINEAGE_LOOK_BACK_DAYS: { Ref: 'Days' } }) },
  });
});

test.each([Duration.days(1), Duration.hours(48), Duration.days(3650)])('%s may be looked back', (lookBack) => {
  expect(() => define({ lookBack })).not.toThrow();
});

test.each([
  [Duration.days(0), '0 days'],
  [Duration.hours(36), '1 day 12 hours'],
  [Duration.days(3651), '3651 days'],
])('fails where %s are to be looked back', (lookBack, told) => {
  expect(() => define({ lookBack })).toThrow(`lookBack must be whole days, 1 to 3650, got ${told}`);
});

test('fails without a role whose jobs belong to the platform, with all that is wrong in one error', () => {
  expect(() => define({ jobRoles: [], lookBack: Duration.days(0) })).toThrow(
    /jobRoles must name at least one role.*lookBack must be whole days/s,
  );
});

test.each([
  ['metricGapsFound', 'GapsFound'],
  ['metricGapsWithoutRemedy', 'GapsWithoutRemedy'],
  ['metricWalks', 'Walks'],
  ['metricMessagesDone', 'MessagesDone'],
  ['metricMessagesParked', 'MessagesParked'],
  ['metricMessagesRetried', 'MessagesRetried'],
] as const)('%s is the metric that the function counts', (method, metricName) => {
  expect(define()[method]({ period: Duration.minutes(1) })).toMatchObject({
    namespace: 'cdk-ml-lineage',
    metricName,
    dimensions: { platform: 'demo', service: 'reconciler' },
    period: Duration.minutes(1),
  });
});
