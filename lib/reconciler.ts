import { Duration, Stack, Tokenization } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeploymentRecorder } from './deployment-recorder';
import type { IDvcRemote } from './dvc-remote';
import type { IEvidenceStore } from './evidence-store';
import type { IMlflowApp } from './mlflow-app';
import { contract } from './private/contract';
import { enforce, type Rule } from './private/errors';
import { evidenceEnvironment } from './private/evidence-environment';
import { FunctionMetrics } from './private/function-metrics';
import { defineLineageFunction } from './private/lineage-function';
import {
  DESCRIBE_ENDPOINT_CONFIGS,
  DESCRIBE_ENDPOINTS,
  DESCRIBE_MODEL_PACKAGES,
  DESCRIBE_MODELS,
  DESCRIBE_PROCESSING_JOBS,
  DESCRIBE_TRAINING_JOBS,
  DESCRIBE_TRANSFORM_JOBS,
  LIST_DEPLOYMENTS,
  LIST_JOBS,
  READ_JOB_TAGS,
  SEND_MESSAGES,
} from './private/perms';
import { consume, defineWorkQueue } from './private/work-queue';
import type { RunTagger } from './run-tagger';

const NAME = 'reconciler';

// an hour after the checkpoint, which reads the same evidence.
const DAILY = events.Schedule.cron({ hour: '4', minute: '0' });

// twice as long as a message can wait in a queue, so that whatever was lost is still looked for when it is gone.
const LOOK_BACK = Duration.days(28);
const LONGEST_LOOK_BACK = Duration.days(3650);

// a step stops after two minutes, and what it has begun then is finished.
const TIMEOUT = Duration.minutes(10);

// as much as the lineage-deriver, which reads the same listings.
const MEMORY_MB = 1024;

// what is described and tagged, by the type of its ARN. The names of what is to come are unknown.
const DESCRIBED: readonly [resource: string, actions: readonly string[]][] = [
  ['endpoint', [...DESCRIBE_ENDPOINTS, ...READ_JOB_TAGS]],
  ['endpoint-config', DESCRIBE_ENDPOINT_CONFIGS],
  ['model', DESCRIBE_MODELS],
  ['model-package', [...DESCRIBE_MODEL_PACKAGES, ...READ_JOB_TAGS]],
  ['model-package-group', READ_JOB_TAGS],
  ['processing-job', [...DESCRIBE_PROCESSING_JOBS, ...READ_JOB_TAGS]],
  ['training-job', [...DESCRIBE_TRAINING_JOBS, ...READ_JOB_TAGS]],
  ['transform-job', [...DESCRIBE_TRANSFORM_JOBS, ...READ_JOB_TAGS]],
];

const RULES: readonly Rule<ReconcilerProps>[] = [
  {
    broken: ({ jobRoles }) => jobRoles.length === 0,
    message: () => 'jobRoles must name at least one role, or no job would belong to this platform, got 0',
  },
  {
    broken: ({ lookBack }) => lookBack !== undefined && !lookBack.isUnresolved() && !isLookBack(lookBack),
    message: ({ lookBack }) =>
      `lookBack must be whole days, 1 to ${LONGEST_LOOK_BACK.toDays()}, got ${lookBack?.toHumanString()}`,
  },
];

/**
 * When a Reconciler walks, and how far back.
 */
export interface ReconcilerOptions {
  /**
   * When it walks.
   *
   * @default - every day at 4:00 UTC
   */
  readonly schedule?: events.Schedule;

  /**
   * How long ago a job, a run, a model, a package or a statement may have been made to be looked at. Endpoints are looked
   * at however old they are. What is older, `ml-lineage backfill` finds.
   *
   * @default Duration.days(28)
   */
  readonly lookBack?: Duration;
}

/**
 * Properties of a Reconciler.
 */
export interface ReconcilerProps extends ReconcilerOptions {
  /**
   * The evidence that should be there. It is read, and none is added.
   */
  readonly evidenceStore: IEvidenceStore;

  /**
   * The MLflow App whose runs and models are looked at.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly mlflowApp: IMlflowApp;

  /**
   * The DVC remote whose objects are looked at.
   */
  readonly dvcRemote: IDvcRemote;

  /**
   * The roles whose training and processing jobs belong to the platform. Jobs with another role count as the platform's
   * if their tag `lineage:platform` has its name.
   */
  readonly jobRoles: iam.IRoleRef[];

  /**
   * Who is told of jobs that are to be looked at again.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly runTagger: RunTagger;

  /**
   * Who is told of endpoints, batch transform jobs and model packages that are to be looked at again.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly deploymentRecorder: DeploymentRecorder;
}

/**
 * Finds what the way from event to evidence has missed, and has it looked at again: jobs, runs, models, packages and
 * endpoints without evidence, and evidence whose runs, tags or datasets are not as it says.
 *
 * What it finds it sends to the queues of the RunTagger and the DeploymentRecorder, as EventBridge would have done. What
 * nothing can mend it only reports. It signs nothing and writes on nothing itself.
 */
export class Reconciler extends Construct {
  /**
   * Takes one step of a walk after the other.
   */
  public readonly reconcilerFunction: lambda.Function;

  /**
   * Holds the events of the schedule, and the place of each walk that is under way.
   */
  public readonly queue: sqs.IQueue;

  /**
   * Holds the walks that cannot go on without somebody's help.
   */
  public readonly parking: sqs.IQueue;

  private readonly metrics: FunctionMetrics;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    enforce(this, 'ReconcilerInvalid', props, RULES);
    const { platformName } = props.evidenceStore;
    this.metrics = new FunctionMetrics(this, platformName, NAME);

    const work = defineWorkQueue(this, 'Walk', TIMEOUT);
    this.queue = work.queue;
    this.parking = work.parking;
    this.reconcilerFunction = this.defineReconciler(props);
    consume(this.reconcilerFunction, work, 1);
    // each step hands the walk on.
    work.queue.grant(this.reconcilerFunction, ...SEND_MESSAGES);

    new events.Rule(this, 'Schedule', {
      description: `Asks for a walk over the estate of the lineage platform ${platformName}`,
      schedule: props.schedule ?? DAILY,
      targets: [new targets.SqsQueue(work.queue, { deadLetterQueue: work.parking })],
    });
  }

  /**
   * Gaps that were found: each of them again in every walk, until it is mended.
   */
  metricGapsFound(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('gapsFound', options);
  }

  /**
   * Gaps among them that nothing can mend but a person.
   */
  metricGapsWithoutRemedy(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('gapsWithoutRemedy', options);
  }

  /**
   * Walks that were finished.
   */
  metricWalks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('walks', options);
  }

  /**
   * Steps of walks that were taken.
   */
  metricMessagesDone(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('messagesDone', options);
  }

  /**
   * Steps that the function has parked.
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

  private defineReconciler(props: ReconcilerProps): lambda.Function {
    const { evidenceStore, mlflowApp, dvcRemote, jobRoles, runTagger, deploymentRecorder } = props;
    const names = contract.functionEnvironment;
    const handler = defineLineageFunction(this, 'Reconciler', {
      name: NAME,
      description: 'Finds what has no evidence or is not as its evidence says, and has it looked at again',
      timeout: TIMEOUT,
      memoryMb: MEMORY_MB,
      environment: {
        [names.platformName]: evidenceStore.platformName,
        [names.jobRoleArns]: JSON.stringify(jobRoles.map(({ roleRef }) => roleRef.roleArn)),
        [names.mlflowAppArn]: mlflowApp.mlflowAppArn,
        [names.dvcRemoteUrl]: dvcRemote.url,
        [names.derivationQueueUrl]: runTagger.derivationQueue.queueUrl,
        [names.changesQueueUrl]: deploymentRecorder.queue.queueUrl,
        [names.lookBackDays]: Tokenization.stringifyNumber((props.lookBack ?? LOOK_BACK).toDays()),
        ...evidenceEnvironment(evidenceStore),
      },
    });
    // SageMaker lists all that there is in an account and region, or none.
    this.allow(handler, [...LIST_JOBS, ...LIST_DEPLOYMENTS], '*');
    for (const [resource, actions] of DESCRIBED) {
      this.allow(handler, actions, Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: '*' }));
    }
    mlflowApp.grants.callApi(handler);
    evidenceStore.grants.verify(handler);
    dvcRemote.grants.verify(handler);
    runTagger.derivationQueue.grant(handler, ...SEND_MESSAGES);
    deploymentRecorder.queue.grant(handler, ...SEND_MESSAGES);
    return handler;
  }

  private allow(grantee: iam.IGrantable, actions: readonly string[], resourceArn: string): void {
    iam.Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [resourceArn] });
  }
}

function isLookBack(lookBack: Duration): boolean {
  const days = lookBack.toDays({ integral: false });
  return Number.isInteger(days) && days >= 1 && days <= LONGEST_LOOK_BACK.toDays();
}
