import { Duration, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { IEvidenceStore } from './evidence-store';
import type { IMlflowApp } from './mlflow-app';
import { contract } from './private/contract';
import { enforce, type Rule } from './private/errors';
import { evidenceEnvironment } from './private/evidence-environment';
import { FunctionMetrics } from './private/function-metrics';
import { defineLineageFunction } from './private/lineage-function';
import { DESCRIBE_PROCESSING_JOBS, DESCRIBE_TRAINING_JOBS, LIST_JOBS, READ_JOB_TAGS } from './private/perms';
import { consume, defineWorkQueue } from './private/work-queue';

const NAME = 'checkpoint-recorder';

// hours after the day, so that most jobs of it have ended and have their statement.
const DAILY = events.Schedule.cron({ hour: '3', minute: '0' });

// the longest that Lambda allows: each chain's last statement is read.
const TIMEOUT = Duration.minutes(15);

// a checkpoint over as many chains as there may be is held several times over while it is made.
const MEMORY_MB = 2048;

const RULES: readonly Rule<CheckpointRecorderProps>[] = [
  {
    broken: ({ jobRoles }) => jobRoles.length === 0,
    message: () => 'jobRoles must name at least one role, or no job would belong to this platform, got 0',
  },
];

/**
 * Properties of a CheckpointRecorder.
 */
export interface CheckpointRecorderProps {
  /**
   * The evidence that is verified, and that the checkpoints are added to.
   */
  readonly evidenceStore: IEvidenceStore;

  /**
   * The MLflow App whose runs and model versions are counted.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly mlflowApp: IMlflowApp;

  /**
   * The roles whose training and processing jobs belong to the platform. Jobs with another role count as the platform's
   * if their tag `lineage:platform` has its name.
   */
  readonly jobRoles: iam.IRoleRef[];
}

/**
 * Keeps a signed checkpoint over all evidence of a platform, once a day at 3:00 UTC.
 *
 * A checkpoint says where each chain of statements ends, so that a chain that is cut later does not go unnoticed. It is
 * compared with the one before: what was cut, changed or vanished since then stands in the checkpoint, in the log and in
 * a metric. It also says how many jobs, runs and model versions the services list for the day, and how many of them have
 * evidence.
 *
 * What fails is tried again for more than twelve hours; what cannot succeed is parked with its reason.
 */
export class CheckpointRecorder extends Construct {
  /**
   * Verifies the evidence and signs the checkpoint.
   */
  public readonly recorderFunction: lambda.Function;

  /**
   * Holds the events of the schedule, until the checkpoint is kept.
   */
  public readonly queue: sqs.IQueue;

  /**
   * Holds the events whose checkpoint cannot be kept without somebody's help.
   */
  public readonly parking: sqs.IQueue;

  private readonly metrics: FunctionMetrics;

  constructor(scope: Construct, id: string, props: CheckpointRecorderProps) {
    super(scope, id);
    enforce(this, 'CheckpointRecorderInvalid', props, RULES);
    const { platformName } = props.evidenceStore;
    this.metrics = new FunctionMetrics(this, platformName, NAME);

    const work = defineWorkQueue(this, 'Checkpoint', TIMEOUT);
    this.queue = work.queue;
    this.parking = work.parking;
    this.recorderFunction = this.defineRecorder(props);
    consume(this.recorderFunction, work, 1);

    new events.Rule(this, 'Daily', {
      description: `Asks for the daily checkpoint of the lineage platform ${platformName}`,
      schedule: DAILY,
      targets: [new targets.SqsQueue(work.queue, { deadLetterQueue: work.parking })],
    });
  }

  /**
   * Checkpoints that were kept.
   */
  metricCheckpoints(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('checkpoints', options);
  }

  /**
   * Checkpoints that found evidence which was tampered with or cannot be verified.
   */
  metricCheckpointsWithProblems(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('checkpointsWithProblems', options);
  }

  /**
   * What SageMaker or MLflow did not say in time for a checkpoint.
   */
  metricCheckpointsWithoutCensus(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('checkpointsWithoutCensus', options);
  }

  /**
   * Events of the schedule that were dealt with.
   */
  metricMessagesDone(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('messagesDone', options);
  }

  /**
   * Events of the schedule that the function has parked.
   */
  metricMessagesParked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('messagesParked', options);
  }

  /**
   * Attempts that failed, and will be made again.
   */
  metricMessagesRetried(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('messagesRetried', options);
  }

  private defineRecorder({ evidenceStore, mlflowApp, jobRoles }: CheckpointRecorderProps): lambda.Function {
    const names = contract.functionEnvironment;
    const handler = defineLineageFunction(this, 'Recorder', {
      name: NAME,
      description: 'Verifies the evidence of the platform, and keeps a signed checkpoint over it',
      timeout: TIMEOUT,
      memoryMb: MEMORY_MB,
      environment: {
        [names.platformName]: evidenceStore.platformName,
        [names.jobRoleArns]: JSON.stringify(jobRoles.map(({ roleRef }) => roleRef.roleArn)),
        [names.mlflowAppArn]: mlflowApp.mlflowAppArn,
        ...evidenceEnvironment(evidenceStore),
      },
    });
    // SageMaker lists all jobs of an account and region or none.
    this.allow(handler, LIST_JOBS, '*');
    this.allow(handler, [...DESCRIBE_TRAINING_JOBS, ...READ_JOB_TAGS], this.jobArns('training-job'));
    this.allow(handler, [...DESCRIBE_PROCESSING_JOBS, ...READ_JOB_TAGS], this.jobArns('processing-job'));
    mlflowApp.grants.callApi(handler);
    evidenceStore.grants.append(handler);
    return handler;
  }

  private allow(grantee: iam.IGrantable, actions: string[], resourceArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [resourceArn] });
  }

  // the names of the jobs to come are unknown, so the right covers all of this account and region.
  private jobArns(resource: 'training-job' | 'processing-job'): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: '*' });
  }
}
