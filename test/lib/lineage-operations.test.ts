import { Stack as CdkStack, Duration, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { CheckpointRecorder, DeploymentRecorder, Reconciler, RunTagger } from '../../lib';
import { LineageOperations, LineagePlatform } from '../../lib';
import contract from '../../lib/private/contract.json';
import { CONSTRUCTS, defineRepository, defineStack } from './definition';

const within = <T>(stack: Stack, name: string): T => {
  const scope = new CdkStack(stack, name);
  CONSTRUCTS[name]?.(scope);
  return scope.node.findChild(name) as T;
};

const stack = defineStack();
const runTagger = within<RunTagger>(stack, 'RunTagger');
const deploymentRecorder = within<DeploymentRecorder>(stack, 'DeploymentRecorder');
const checkpointRecorder = within<CheckpointRecorder>(stack, 'CheckpointRecorder');
const reconciler = within<Reconciler>(stack, 'Reconciler');

describe('metrics', () => {
  type Metrics = Record<string, (options?: cloudwatch.MetricOptions) => cloudwatch.Metric>;

  const emitted = (construct: object) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(construct))
      .filter((method) => method.startsWith('metric') && method !== 'metrics')
      .map((method) => ({ method, metric: (construct as Metrics)[method]?.() as cloudwatch.Metric }));

  const service = (metric: cloudwatch.Metric) => metric.dimensions?.service;

  const ALL = [runTagger, deploymentRecorder, checkpointRecorder, reconciler]
    .flatMap(emitted)
    // what EventBridge counts, no function emits.
    .filter(({ method }) => method !== 'metricJobsEnded');

  test('there is one for each that the functions emit', () => {
    const names = new Set(ALL.map(({ metric }) => metric.metricName));
    expect([...names].sort()).toEqual(Object.values(contract.metrics).sort());
  });

  test('each has the namespace and the dimensions that the functions give it', () => {
    const services = ['lineage-deriver', 'run-tagger', 'deployment-recorder', 'checkpoint-recorder', 'reconciler'];
    for (const { metric } of ALL) {
      expect(metric.namespace).toBe('cdk-ml-lineage');
      expect(metric.dimensions).toEqual({ platform: 'demo', service: expect.stringMatching(services.join('|')) });
      expect(metric.statistic).toBe('Sum');
    }
  });

  test.each([
    ['lineage-deriver', 'metricJobsResolved', 'JobsResolved'],
    ['lineage-deriver', 'metricJobsUnresolved', 'JobsUnresolved'],
    ['lineage-deriver', 'metricJobsOfOthers', 'JobsOfOthers'],
    ['lineage-deriver', 'metricJobsWithoutData', 'JobsWithoutData'],
    ['lineage-deriver', 'metricDerivationsDone', 'MessagesDone'],
    ['lineage-deriver', 'metricDerivationsParked', 'MessagesParked'],
    ['lineage-deriver', 'metricDerivationsRetried', 'MessagesRetried'],
    ['run-tagger', 'metricJobsInConflict', 'JobsInConflict'],
    ['run-tagger', 'metricJobsWithMoreRunsThanTagged', 'JobsWithMoreRunsThanTagged'],
    ['run-tagger', 'metricJobsWithMoreModelsThanTagged', 'JobsWithMoreModelsThanTagged'],
    ['run-tagger', 'metricJobsWithModelsOfOthers', 'JobsWithModelsOfOthers'],
    ['run-tagger', 'metricJobsWithIncompleteGraph', 'JobsWithIncompleteGraph'],
    ['run-tagger', 'metricTaggingsDone', 'MessagesDone'],
    ['run-tagger', 'metricTaggingsParked', 'MessagesParked'],
    ['run-tagger', 'metricTaggingsPostponed', 'MessagesPostponed'],
    ['run-tagger', 'metricTaggingsRetried', 'MessagesRetried'],
    ['deployment-recorder', 'metricDeploymentsRecorded', 'DeploymentsRecorded'],
    ['deployment-recorder', 'metricDeploymentsUnresolved', 'DeploymentsUnresolved'],
    ['deployment-recorder', 'metricDeploymentsInConflict', 'DeploymentsInConflict'],
    ['deployment-recorder', 'metricDeploymentsOfOthers', 'DeploymentsOfOthers'],
    ['deployment-recorder', 'metricMessagesDone', 'MessagesDone'],
    ['deployment-recorder', 'metricMessagesParked', 'MessagesParked'],
    ['deployment-recorder', 'metricMessagesRetried', 'MessagesRetried'],
    ['checkpoint-recorder', 'metricCheckpoints', 'Checkpoints'],
    ['checkpoint-recorder', 'metricCheckpointsWithProblems', 'CheckpointsWithProblems'],
    ['checkpoint-recorder', 'metricCheckpointsWithoutCensus', 'CheckpointsWithoutCensus'],
    ['checkpoint-recorder', 'metricMessagesDone', 'MessagesDone'],
    ['checkpoint-recorder', 'metricMessagesParked', 'MessagesParked'],
    ['checkpoint-recorder', 'metricMessagesRetried', 'MessagesRetried'],
  ])('of the %s, %s is %s', (name, method, metricName) => {
    const found = ALL.filter(({ method: other, metric }) => other === method && service(metric) === name);
    expect(found.map(({ metric }) => metric.metricName)).toEqual([metricName]);
  });

  test('what they are made of can be chosen', () => {
    expect(runTagger.metricJobsResolved({ statistic: 'Average' }).statistic).toBe('Average');
  });
});

describe('operations', () => {
  const watching = defineStack();
  const topic = new sns.Topic(watching, 'Topic');
  const platform = new LineagePlatform(watching, 'Platform', {
    name: 'demo',
    data: { repositories: [defineRepository(watching)] },
    operations: { alarmActions: [new SnsAction(topic)], dashboard: true },
  });
  const template = Template.fromStack(watching);
  const alarm = (id: string) => {
    const ids = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    const found = ids.filter((one) => one.startsWith(`PlatformOperations${id}`));
    expect(found).toHaveLength(1);
    return template.toJSON().Resources[found[0] as string].Properties;
  };
  const queue = (id: string) => [
    { Name: 'QueueName', Value: { 'Fn::GetAtt': [expect.stringMatching(id), 'QueueName'] } },
  ];

  test('there is no alarm but those below', () => {
    const ids = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).map((id) =>
      id.replace(/^PlatformOperations(.*)[0-9A-F]{8}$/, '$1'),
    );
    expect(ids.sort()).toEqual(
      [
        ...['Derivation', 'Tagging', 'Deployment', 'Checkpoint', 'Walk'].flatMap((name) =>
          ['Parked', 'Deep', 'Late', 'Retried'].map((what) => `${name}${what}`),
        ),
        'ConflictingJobs',
        'UnresolvedJobs',
        'IncompleteGraph',
        'SilentJobs',
        'ConflictingDeployments',
        'UnresolvedDeployments',
        'CheckpointProblems',
        'CheckpointMissed',
        'FoundGaps',
        'WalkMissed',
      ].sort(),
    );
    expect(platform.operations?.alarms).toHaveLength(ids.length);
  });

  test.each([
    ['Derivation', /RunTaggerDerivation(?!Parking)/, 3600, 100],
    ['Tagging', /RunTaggerTagging(?!Parking)/, 3600, 100],
    ['Deployment', /DeploymentRecorderChanges(?!Parking)/, 3600, 100],
    ['Checkpoint', /CheckpointRecorderCheckpoint(?!Parking)/, 14400, 3],
    ['Walk', /ReconcilerWalk(?!Parking)/, 3600, 3],
  ])('the queue %s raises an alarm for what is parked, for what waits, and for too much', (name, id, seconds, deep) => {
    expect(alarm(`${name}Deep`)).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: queue(id.source),
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: deep,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(alarm(`${name}Parked`)).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: queue(`${id.source.replace(/\(.*/, '')}Parking`),
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(alarm(`${name}Late`)).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: queue(id.source),
      Statistic: 'Maximum',
      Threshold: seconds,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test.each([
    ['DerivationRetried', 'lineage-deriver', 'MessagesRetried', 1800, 2],
    ['TaggingRetried', 'run-tagger', 'MessagesRetried', 1800, 2],
    ['DeploymentRetried', 'deployment-recorder', 'MessagesRetried', 1800, 2],
    ['CheckpointRetried', 'checkpoint-recorder', 'MessagesRetried', 1800, 2],
    ['WalkRetried', 'reconciler', 'MessagesRetried', 1800, 2],
    ['ConflictingJobs', 'run-tagger', 'JobsInConflict', 300, 1],
    ['UnresolvedJobs', 'lineage-deriver', 'JobsUnresolved', 300, 1],
    ['IncompleteGraph', 'run-tagger', 'JobsWithIncompleteGraph', 300, 1],
    ['ConflictingDeployments', 'deployment-recorder', 'DeploymentsInConflict', 300, 1],
    ['UnresolvedDeployments', 'deployment-recorder', 'DeploymentsUnresolved', 300, 1],
    ['CheckpointProblems', 'checkpoint-recorder', 'CheckpointsWithProblems', 3600, 1],
    ['FoundGaps', 'reconciler', 'GapsFound', 3600, 1],
  ])('%s is raised by the first one that is counted', (id, name, MetricName, Period, EvaluationPeriods) => {
    expect(alarm(id)).toMatchObject({
      Namespace: 'cdk-ml-lineage',
      MetricName,
      Dimensions: [
        { Name: 'platform', Value: 'demo' },
        { Name: 'service', Value: name },
      ],
      Statistic: 'Sum',
      Period,
      EvaluationPeriods,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('a day without a checkpoint raises an alarm, even if nothing at all runs any more', () => {
    expect(alarm('CheckpointMissed')).toMatchObject({
      Namespace: 'cdk-ml-lineage',
      MetricName: 'Checkpoints',
      Period: 3600,
      EvaluationPeriods: 28,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  test('so does a day without a walk', () => {
    expect(alarm('WalkMissed')).toMatchObject({
      MetricName: 'Walks',
      Period: 3600,
      EvaluationPeriods: 28,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  test('jobs that end without anything being derived or tagged raise an alarm', () => {
    const { Metrics, ...silent } = alarm('SilentJobs');
    expect(silent).toMatchObject({
      EvaluationPeriods: 2,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    const [expression, ...metrics] = Metrics;
    expect(expression.Expression).toBe(
      'IF((FILL(ended, 0) > 0 AND FILL(derived, 0) + FILL(derivationsParked, 0) == 0) OR (FILL(resolved, 0) + FILL(unresolved, 0) > 0 AND FILL(tagged, 0) + FILL(taggingsParked, 0) == 0), 1, 0)',
    );
    const of = Object.fromEntries(
      metrics.map(({ Id, ReturnData, MetricStat: { Metric, Period, Stat } }: never) => {
        expect([ReturnData, Period, Stat]).toEqual([false, 10800, 'Sum']);
        const { MetricName, Dimensions } = Metric as { MetricName: string; Dimensions: { Value: unknown }[] };
        return [Id, [MetricName, Dimensions.at(-1)?.Value]];
      }),
    );
    expect(of).toEqual({
      ended: ['MatchedEvents', { Ref: expect.stringMatching(/^PlatformRunTaggerJobEnded/) }],
      derived: ['MessagesDone', 'lineage-deriver'],
      derivationsParked: ['MessagesParked', 'lineage-deriver'],
      resolved: ['JobsResolved', 'lineage-deriver'],
      unresolved: ['JobsUnresolved', 'lineage-deriver'],
      tagged: ['MessagesDone', 'run-tagger'],
      taggingsParked: ['MessagesParked', 'run-tagger'],
    });
  });

  test('every alarm tells whom it was given', () => {
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    });
  });

  test('the dashboard shows the alarms, what was found out, the queues and the functions', () => {
    const [{ Properties }] = Object.values(template.findResources('AWS::CloudWatch::Dashboard')) as [
      { Properties: { DashboardBody: unknown } },
    ];
    const body = JSON.stringify(Properties.DashboardBody);
    for (const title of [
      'Alarms',
      'Jobs',
      'Deployments',
      'Daily checkpoints',
      'Messages that wait',
      'Failed invocations',
    ]) {
      expect(body).toContain(`\\"title\\":\\"${title}\\"`);
    }
    for (const metric of ['JobsInConflict', 'DeploymentsInConflict', 'CheckpointsWithProblems']) {
      expect(body).toContain(metric);
    }
    expect(platform.operations?.dashboard).toBeDefined();
  });
});

test('one construct alone can be watched, without a dashboard and telling nobody', () => {
  const own = Template.fromStack(
    (() => {
      const stack = defineStack();
      CONSTRUCTS.DeploymentRecorder?.(stack);
      const deploymentRecorder = stack.node.findChild('DeploymentRecorder') as DeploymentRecorder;
      const { dashboard } = new LineageOperations(stack, 'Operations', { deploymentRecorder, alarmActions: [] });
      expect(dashboard).toBeUndefined();
      return stack;
    })(),
  );
  own.resourceCountIs('AWS::CloudWatch::Alarm', 6);
  own.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  own.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
});

test.each(['RunTagger', 'DeploymentRecorder', 'CheckpointRecorder', 'Reconciler'])(
  'a dashboard may show nothing but a %s',
  (name) => {
    const stack = defineStack();
    CONSTRUCTS[name]?.(stack);
    const prop = `${name[0]?.toLowerCase()}${name.slice(1)}`;
    const { alarms } = new LineageOperations(stack, 'Operations', {
      [prop]: stack.node.findChild(name),
      alarmActions: [],
      dashboard: true,
    });
    const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    expect(body.match(/Operations[A-Za-z]+[0-9A-F]{8}/g)).toHaveLength(alarms.length);
    const titles = {
      RunTagger: 'Jobs',
      DeploymentRecorder: 'Deployments',
      CheckpointRecorder: 'Daily checkpoints',
      Reconciler: 'Daily walks',
    };
    for (const [other, title] of Object.entries(titles)) {
      expect(body.includes(`\\"title\\":\\"${title}\\"`)).toBe(other === name);
    }
  },
);

test('nothing is watched that nobody asked for', () => {
  const template = Template.fromStack(runTagger.node.scope as Stack);
  template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test('fails on nothing to watch', () => {
  expect(() => new LineageOperations(defineStack(), 'Operations', { alarmActions: [] })).toThrow(
    'one of runTagger, deploymentRecorder, checkpointRecorder and reconciler must be given, or nothing would be watched',
  );
});

test.each([
  ['RunTagger', 'runTagger', 12],
  ['DeploymentRecorder', 'deploymentRecorder', 6],
  ['CheckpointRecorder', 'checkpointRecorder', 6],
  ['Reconciler', 'reconciler', 6],
])('%s alone can be watched, on a dashboard too', (name, prop, alarms) => {
  const own = defineStack();
  CONSTRUCTS[name]?.(own);
  const props = { [prop]: own.node.findChild(name), alarmActions: [], dashboard: true };
  const operations = new LineageOperations(own, 'Operations', props);
  expect(operations.alarms).toHaveLength(alarms);
  Template.fromStack(own).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

describe('how long there may be no walk', () => {
  const watching = (walkMissedAfter: Duration) => {
    const own = defineStack();
    CONSTRUCTS.Reconciler?.(own);
    const reconciler = own.node.findChild('Reconciler') as Reconciler;
    new LineageOperations(own, 'Operations', { reconciler, alarmActions: [], walkMissedAfter });
    return own;
  };

  test('it is as long as it is said to be', () => {
    Template.fromStack(watching(Duration.days(7))).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Walks',
      EvaluationPeriods: 168,
    });
  });

  test.each([Duration.minutes(90), Duration.hours(0), Duration.hours(169)])('fails on %s', (time) => {
    expect(() => watching(time)).toThrow(`walkMissedAfter must be whole hours, 1 to 168, got ${time.toHumanString()}`);
  });
});
