import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CheckpointRecorder } from './checkpoint-recorder';
import type { DeploymentRecorder } from './deployment-recorder';
import { enforce, type Rule } from './private/errors';
import { jobSilence, SILENT_PERIODS } from './private/job-silence';
import { defineOperationsDashboard } from './private/operations-dashboard';
import { runbookLink } from './private/runbook-link';
import type { Reconciler } from './reconciler';
import type { RunTagger } from './run-tagger';

// a day, and as long as a checkpoint may be late.
const HOURS_WITHOUT_CHECKPOINT = 28;

// a day, and as long as a walk may take.
const HOURS_WITHOUT_WALK = 28;

// CloudWatch looks no further back with periods of an hour
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
const MOST_HOURS_WITHOUT_WALK = 168;

// a queue whose function works is empty within minutes.
const LATE = Duration.hours(1);

// for the census of a checkpoint the services have three hours.
const LATE_CHECKPOINT = Duration.hours(4);

// with five at work at a time this many are done within some minutes, also where each takes its time.
const DEEP = 100;

// as many days without a checkpoint, or without the end of a walk.
const DEEP_DAYS = 3;

// longer than the longest pause between two attempts, so that each period of an outage has a failed one.
const RETRY_PERIOD = Duration.minutes(30);

const RULES: readonly Rule<LineageOperationsProps>[] = [
  {
    broken: ({ runTagger, deploymentRecorder, checkpointRecorder, reconciler }) =>
      !runTagger && !deploymentRecorder && !checkpointRecorder && !reconciler,
    message: () =>
      'one of runTagger, deploymentRecorder, checkpointRecorder and reconciler must be given, or nothing would be watched',
  },
  {
    broken: ({ walkMissedAfter }) =>
      walkMissedAfter !== undefined && !walkMissedAfter.isUnresolved() && !isWatchable(walkMissedAfter),
    message: ({ walkMissedAfter }) =>
      `walkMissedAfter must be whole hours, 1 to ${MOST_HOURS_WITHOUT_WALK}, got ${walkMissedAfter?.toHumanString()}`,
  },
];

/**
 * How the functions of a platform are watched.
 */
export interface LineageOperationsOptions {
  /**
   * What an alarm does when it is raised, such as `new SnsAction(topic)` of `aws-cdk-lib/aws-cloudwatch-actions`.
   *
   * It has to be said, for an alarm that tells nobody is easily taken for silence. An empty list says that the alarms are
   * read elsewhere: in the console, or from the events about their states.
   */
  readonly alarmActions: cloudwatch.IAlarmAction[];

  /**
   * For how long there may be no walk of the reconciler. Longer where its schedule is rarer than daily; at most a week.
   *
   * @default Duration.hours(28)
   */
  readonly walkMissedAfter?: Duration;

  /**
   * Whether there is a dashboard too.
   *
   * @default false
   */
  readonly dashboard?: boolean;
}

/**
 * Properties of a LineageOperations.
 */
export interface LineageOperationsProps extends LineageOperationsOptions {
  /**
   * The functions and queues between a job's end and the tags on its runs.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - not watched
   */
  readonly runTagger?: RunTagger;

  /**
   * The function and queue behind the statements about deployments.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - not watched
   */
  readonly deploymentRecorder?: DeploymentRecorder;

  /**
   * The function and queue behind the daily checkpoint.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - not watched
   */
  readonly checkpointRecorder?: CheckpointRecorder;

  /**
   * The function and queue that look for what was missed.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - not watched
   */
  readonly reconciler?: Reconciler;
}

interface WatchedQueue {
  readonly queue: sqs.IQueue;
  readonly parking: sqs.IQueue;
  readonly retried: cloudwatch.Metric;
  readonly lateAfter: Duration;
  readonly deepAt: number;
}

/**
 * Alarms on the functions of a platform, and a dashboard where it is asked for.
 *
 * An alarm is raised for messages that were parked, that are many, that wait for long or that are tried again and again;
 * for jobs and deployments in conflict or unresolved; for datasets that SageMaker's own lineage graph has not; for jobs that
 * end without anything being tagged; for a checkpoint that found a problem, and a walk that found a gap; for a day without a
 * checkpoint or a walk. Each says where in the runbook it is explained.
 */
export class LineageOperations extends Construct {
  /**
   * All alarms.
   */
  public readonly alarms: cloudwatch.Alarm[] = [];

  /**
   * The dashboard, where it was asked for.
   */
  public readonly dashboard?: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: LineageOperationsProps) {
    super(scope, id);
    enforce(this, 'LineageOperationsInvalid', props, RULES);

    if (props.runTagger) {
      this.watchJobs(props.runTagger);
    }
    if (props.deploymentRecorder) {
      this.watchDeployments(props.deploymentRecorder);
    }
    if (props.checkpointRecorder) {
      this.watchCheckpoints(props.checkpointRecorder);
    }
    if (props.reconciler) {
      this.watchWalks(props.reconciler, props.walkMissedAfter?.toHours() ?? HOURS_WITHOUT_WALK);
    }
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(...props.alarmActions);
    }
    if (props.dashboard) {
      this.dashboard = defineOperationsDashboard(this, 'Dashboard', { ...props, alarms: this.alarms });
    }
  }

  private watchJobs(tagger: RunTagger): void {
    this.watchQueue('Derivation', 'Events of jobs that ended', {
      queue: tagger.derivationQueue,
      parking: tagger.derivationParking,
      retried: tagger.metricDerivationsRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE,
      deepAt: DEEP,
    });
    this.watchQueue('Tagging', 'Derivations', {
      queue: tagger.taggingQueue,
      parking: tagger.taggingParking,
      retried: tagger.metricTaggingsRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE,
      deepAt: DEEP,
    });
    this.alarmAt(1, 'ConflictingJobs', 'Two sources disagree about the data of a job', tagger.metricJobsInConflict());
    this.alarmAt(
      1,
      'UnresolvedJobs',
      'The configuration of a job does not lead to a data commit',
      tagger.metricJobsUnresolved(),
    );
    this.alarmAt(
      1,
      'IncompleteGraph',
      "The datasets of a job are missing in SageMaker's own lineage graph",
      tagger.metricJobsWithIncompleteGraph(),
    );
    this.alarmAt(1, 'SilentJobs', 'Jobs end for hours, and nothing is derived or tagged', jobSilence(tagger), {
      evaluationPeriods: SILENT_PERIODS,
    });
  }

  private watchDeployments(recorder: DeploymentRecorder): void {
    this.watchQueue('Deployment', 'Events about deployments', {
      queue: recorder.queue,
      parking: recorder.parking,
      retried: recorder.metricMessagesRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE,
      deepAt: DEEP,
    });
    this.alarmAt(
      1,
      'ConflictingDeployments',
      'What was put to use is not what was trained',
      recorder.metricDeploymentsInConflict(),
    );
    this.alarmAt(
      1,
      'UnresolvedDeployments',
      'A model was put to use whose training could not be established',
      recorder.metricDeploymentsUnresolved(),
    );
  }

  private watchCheckpoints(recorder: CheckpointRecorder): void {
    this.watchQueue('Checkpoint', 'Events that ask for a checkpoint', {
      queue: recorder.queue,
      parking: recorder.parking,
      retried: recorder.metricMessagesRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE_CHECKPOINT,
      deepAt: DEEP_DAYS,
    });
    this.alarmAt(
      1,
      'CheckpointProblems',
      'Evidence was tampered with, or cannot be verified',
      recorder.metricCheckpointsWithProblems({ period: Duration.hours(1) }),
    );
    this.alarmWithout(
      HOURS_WITHOUT_CHECKPOINT,
      'CheckpointMissed',
      `No checkpoint was kept for ${HOURS_WITHOUT_CHECKPOINT} hours`,
      recorder.metricCheckpoints({ period: Duration.hours(1) }),
    );
  }

  private watchWalks(reconciler: Reconciler, hoursWithoutWalk: number): void {
    this.watchQueue('Walk', 'Steps of walks', {
      queue: reconciler.queue,
      parking: reconciler.parking,
      retried: reconciler.metricMessagesRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE,
      deepAt: DEEP_DAYS,
    });
    this.alarmAt(
      1,
      'FoundGaps',
      'Something has no evidence, or is not as its evidence says',
      reconciler.metricGapsFound({ period: Duration.hours(1) }),
    );
    this.alarmWithout(
      hoursWithoutWalk,
      'WalkMissed',
      `No walk was finished for ${hoursWithoutWalk} hours`,
      reconciler.metricWalks({ period: Duration.hours(1) }),
    );
  }

  private watchQueue(name: string, what: string, watched: WatchedQueue): void {
    const { queue, parking, retried, lateAfter, deepAt } = watched;
    this.alarmAt(
      1,
      `${name}Parked`,
      `${what} are parked: they cannot succeed without somebody's help`,
      parking.metricApproximateNumberOfMessagesVisible(),
      { section: 'parked' },
    );
    this.alarmAt(
      deepAt,
      `${name}Deep`,
      `${what} wait, ${deepAt} or more, for a quarter of an hour`,
      queue.metricApproximateNumberOfMessagesVisible(),
      { section: 'deep', evaluationPeriods: 3 },
    );
    this.alarmAt(
      lateAfter.toSeconds(),
      `${name}Late`,
      `${what} wait for more than ${lateAfter.toHumanString()}`,
      queue.metricApproximateAgeOfOldestMessage(),
      { section: 'late' },
    );
    // SQS leaves messages that were received more than three times out of the age of the oldest one
    // (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
    this.alarmAt(1, `${name}Retried`, `${what} have been failing for an hour, and are tried again`, retried, {
      section: 'retried',
      evaluationPeriods: 2,
    });
  }

  private alarmAt(
    threshold: number,
    id: string,
    description: string,
    metric: cloudwatch.IMetric,
    { section, evaluationPeriods = 1 }: { section?: string; evaluationPeriods?: number } = {},
  ): void {
    this.defineAlarm(id, section, {
      alarmDescription: description,
      metric,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold,
      evaluationPeriods,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private alarmWithout(hours: number, id: string, alarmDescription: string, metric: cloudwatch.IMetric): void {
    this.defineAlarm(id, undefined, {
      alarmDescription,
      metric,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: hours,
      // a function that never runs emits nothing at all.
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private defineAlarm(id: string, section: string | undefined, props: cloudwatch.AlarmProps): void {
    const alarmDescription = `${props.alarmDescription}. ${runbookLink(section ?? id)}`;
    this.alarms.push(new cloudwatch.Alarm(this, id, { ...props, alarmDescription }));
  }
}

function isWatchable(time: Duration): boolean {
  const hours = time.toHours({ integral: false });
  return Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS_WITHOUT_WALK;
}
