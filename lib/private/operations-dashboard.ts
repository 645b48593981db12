import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CheckpointRecorder } from '../checkpoint-recorder';
import type { DeploymentRecorder } from '../deployment-recorder';
import type { Reconciler } from '../reconciler';
import type { RunTagger } from '../run-tagger';

interface OperationsDashboardOptions {
  readonly alarms: cloudwatch.IAlarm[];
  readonly runTagger?: RunTagger;
  readonly deploymentRecorder?: DeploymentRecorder;
  readonly checkpointRecorder?: CheckpointRecorder;
  readonly reconciler?: Reconciler;
}

interface Watched {
  readonly outcomes: cloudwatch.GraphWidget;
  readonly queues: readonly sqs.IQueue[];
  readonly parkings: readonly sqs.IQueue[];
  readonly functions: readonly lambda.IFunction[];
}

/**
 * One page: what is wrong, what was found out, what waits, and whether the functions work.
 */
export function defineOperationsDashboard(
  scope: Construct,
  id: string,
  { alarms, runTagger, deploymentRecorder, checkpointRecorder, reconciler }: OperationsDashboardOptions,
): cloudwatch.Dashboard {
  const watched = [
    ...(runTagger ? [jobs(runTagger)] : []),
    ...(deploymentRecorder ? [deployments(deploymentRecorder)] : []),
    ...(checkpointRecorder ? [checkpoints(checkpointRecorder)] : []),
    ...(reconciler ? [walks(reconciler)] : []),
  ];
  const queues = watched.flatMap((part) => part.queues);
  const parkings = watched.flatMap((part) => part.parkings);
  const functions = watched.flatMap((part) => part.functions);
  return new cloudwatch.Dashboard(scope, id, {
    widgets: [
      [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24 })],
      watched.map(({ outcomes }) => outcomes),
      [
        graph(
          'Messages that wait',
          queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ label: queue.node.id })),
        ),
        graph(
          'Seconds the oldest one waits',
          queues.map((queue) => queue.metricApproximateAgeOfOldestMessage({ label: queue.node.id })),
        ),
        graph(
          'Messages that are parked',
          parkings.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ label: queue.node.id })),
        ),
      ],
      [
        graph(
          'Failed invocations',
          functions.map((handler) => handler.metricErrors({ label: handler.node.id })),
        ),
        graph(
          'Throttled invocations',
          functions.map((handler) => handler.metricThrottles({ label: handler.node.id })),
        ),
        graph(
          'Milliseconds an invocation takes',
          functions.map((handler) => handler.metricDuration({ label: handler.node.id })),
        ),
      ],
    ],
  });
}

function jobs(tagger: RunTagger): Watched {
  return {
    outcomes: graph('Jobs', [
      tagger.metricJobsEnded({ label: 'Ended, of all platforms' }),
      tagger.metricJobsResolved(),
      tagger.metricJobsUnresolved(),
      tagger.metricJobsInConflict(),
      tagger.metricJobsWithoutData(),
      tagger.metricJobsOfOthers(),
    ]),
    queues: [tagger.derivationQueue, tagger.taggingQueue],
    parkings: [tagger.derivationParking, tagger.taggingParking],
    functions: [tagger.deriverFunction, tagger.taggerFunction],
  };
}

function deployments(recorder: DeploymentRecorder): Watched {
  return {
    outcomes: graph('Deployments', [
      recorder.metricDeploymentsRecorded(),
      recorder.metricDeploymentsUnresolved(),
      recorder.metricDeploymentsInConflict(),
      recorder.metricDeploymentsOfOthers(),
    ]),
    queues: [recorder.queue],
    parkings: [recorder.parking],
    functions: [recorder.recorderFunction],
  };
}

function checkpoints(recorder: CheckpointRecorder): Watched {
  return {
    outcomes: graph('Daily checkpoints', [
      recorder.metricCheckpoints(),
      recorder.metricCheckpointsWithProblems(),
      recorder.metricCheckpointsWithoutCensus(),
    ]),
    queues: [recorder.queue],
    parkings: [recorder.parking],
    functions: [recorder.recorderFunction],
  };
}

function walks(reconciler: Reconciler): Watched {
  return {
    outcomes: graph('Daily walks', [
      reconciler.metricWalks(),
      reconciler.metricGapsFound(),
      reconciler.metricGapsWithoutRemedy(),
    ]),
    queues: [reconciler.queue],
    parkings: [reconciler.parking],
    functions: [reconciler.reconcilerFunction],
  };
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8 });
}
