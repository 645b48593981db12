import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CheckpointRecorder } from './checkpoint-recorder';
import type { DeploymentRecorder } from './deployment-recorder';
import { enforce, type Rule } from './private/errors';
import { defineOperationsDashboard } from './private/operations-dashboard';
import type { RunTagger } from './run-tagger';

// a day, and as long as a checkpoint may be late.
const HOURS_WITHOUT_CHECKPOINT = 28;

// a queue whose function works is empty within minutes.
const LATE = Duration.hours(1);

// for the census of a checkpoint the services have three hours.
const LATE_CHECKPOINT = Duration.hours(4);

// longer than the longest pause between two attempts, so that each period of an outage has a failed one.
const RETRY_PERIOD = Duration.minutes(30);

const RULES: readonly Rule<LineageOperationsProps>[] = [
  {
    broken: ({ runTagger, deploymentRecorder, checkpointRecorder }) =>
      !runTagger && !deploymentRecorder && !checkpointRecorder,
    message: () =>
      'one of runTagger, deploymentRecorder and checkpointRecorder must be given, or nothing would be watched',
  },
];

/**
 * How the functions of a platform are watched.
 */
export interface LineageOperationsOptions {
  /**
   * What an alarm does when it is raised, such as `new SnsAction(topic)` of `aws-cdk-lib/aws-cloudwatch-actions`.
   *
   * @default - the alarms can be looked at, and tell nobody
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

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
}

interface WatchedQueue {
  readonly queue: sqs.IQueue;
  readonly parking: sqs.IQueue;
  readonly retried: cloudwatch.Metric;
  readonly lateAfter: Duration;
}

/**
 * Alarms on the functions of a platform, and a dashboard where it is asked for.
 *
 * An alarm is raised for messages that were parked, that wait for long or that are tried again and again; for jobs and
 * deployments in conflict or unresolved; for a checkpoint that found a problem, and for a day without a checkpoint.
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

  constructor(scope: Construct, id: string, props: LineageOperationsProps = {}) {
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
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(...(props.alarmActions ?? []));
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
    });
    this.watchQueue('Tagging', 'Derivations', {
      queue: tagger.taggingQueue,
      parking: tagger.taggingParking,
      retried: tagger.metricTaggingsRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE,
    });
    this.alarmAt(1, 'ConflictingJobs', 'Two sources disagree about the data of a job', tagger.metricJobsInConflict());
    this.alarmAt(
      1,
      'UnresolvedJobs',
      'The configuration of a job does not lead to a data commit',
      tagger.metricJobsUnresolved(),
    );
  }

  private watchDeployments(recorder: DeploymentRecorder): void {
    this.watchQueue('Deployment', 'Events about deployments', {
      queue: recorder.queue,
      parking: recorder.parking,
      retried: recorder.metricMessagesRetried({ period: RETRY_PERIOD }),
      lateAfter: LATE,
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
    });
    this.alarmAt(
      1,
      'CheckpointProblems',
      'Evidence was tampered with, or cannot be verified',
      recorder.metricCheckpointsWithProblems({ period: Duration.hours(1) }),
    );
    this.defineAlarm('CheckpointMissed', {
      alarmDescription: `No checkpoint was kept for ${HOURS_WITHOUT_CHECKPOINT} hours`,
      metric: recorder.metricCheckpoints({ period: Duration.hours(1) }),
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      // hour by hour: an alarm with periods of a day would only look at whole days.
      evaluationPeriods: HOURS_WITHOUT_CHECKPOINT,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private watchQueue(name: string, what: string, { queue, parking, retried, lateAfter }: WatchedQueue): void {
    this.alarmAt(
      1,
      `${name}Parked`,
      `${what} are parked: they cannot succeed without somebody's help`,
      parking.metricApproximateNumberOfMessagesVisible(),
    );
    this.alarmAt(
      lateAfter.toSeconds(),
      `${name}Late`,
      `${what} wait for more than ${lateAfter.toHumanString()}`,
      queue.metricApproximateAgeOfOldestMessage(),
    );
    // SQS leaves messages that were received more than three times out of the age of the oldest one
    // (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
    this.alarmAt(1, `${name}Retried`, `${what} have been failing for an hour, and are tried again`, retried, 2);
  }

  private alarmAt(
    threshold: number,
    id: string,
    alarmDescription: string,
    metric: cloudwatch.Metric,
    evaluationPeriods = 1,
  ): void {
    this.defineAlarm(id, {
      alarmDescription,
      metric,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold,
      evaluationPeriods,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private defineAlarm(id: string, props: cloudwatch.AlarmProps): void {
    this.alarms.push(new cloudwatch.Alarm(this, id, props));
  }
}
