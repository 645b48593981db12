import { Aws, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import type { IDvcRemote } from './dvc-remote';
import type { IEvidenceStore } from './evidence-store';
import type { JobToolkit } from './job-toolkit';
import { type IMlflowApp, ModelRegistrationMode } from './mlflow-app';
import { contract, matches } from './private/contract';
import { enforce, isKnown, type Rule } from './private/errors';
import { evidenceEnvironment } from './private/evidence-environment';
import { FunctionMetrics } from './private/function-metrics';
import { defineLineageFunction } from './private/lineage-function';
import { allowCompletingLineageGraph } from './private/lineage-graph-rights';
import { DESCRIBE_PROCESSING_JOBS, DESCRIBE_TRAINING_JOBS, READ_JOB_TAGS, SEND_MESSAGES } from './private/perms';
import { describeRepositories, describeToolkit } from './private/platform-description';
import { consume, defineWorkQueue } from './private/work-queue';

const DERIVER = 'lineage-deriver';
const TAGGER = 'run-tagger';

const TERMINAL_STATUSES = ['Completed', 'Failed', 'Stopped'];

// the largest listing with its objects, or the largest model and as many of a job's models as are tagged.
const TIMEOUT = Duration.minutes(5);

const RULES: readonly Rule<RunTaggerProps>[] = [
  {
    broken: ({ platformName }) => isKnown(platformName) && !matches('platformName', platformName),
    message: ({ platformName }) =>
      `platformName must be 2 to 32 lower-case letters, digits and inner dashes, starting with a letter, got ${JSON.stringify(platformName)}`,
  },
  {
    broken: ({ dataRepositories }) =>
      dataRepositories.length === 0 || dataRepositories.length > contract.limits.dataRepositories,
    message: ({ dataRepositories }) =>
      `dataRepositories must name 1 to ${contract.limits.dataRepositories} repositories, got ${dataRepositories.length}`,
  },
  {
    broken: ({ jobRoles }) => jobRoles.length === 0,
    message: () => 'jobRoles must name at least one role, or no job would belong to this platform, got 0',
  },
];

/**
 * Properties of a RunTagger.
 */
export interface RunTaggerProps {
  /**
   * The name of the platform, written on every run. Unique in the account and region.
   *
   * A job whose role is not among the jobRoles still belongs to the platform if its tag `lineage:platform` has this value.
   */
  readonly platformName: string;

  /**
   * The MLflow App whose runs are tagged.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly mlflowApp: IMlflowApp;

  /**
   * The DVC remote that the datasets are checked in.
   */
  readonly dvcRemote: IDvcRemote;

  /**
   * The data repositories that a job may name. Every other repository is refused, unread.
   */
  readonly dataRepositories: IDataRepository[];

  /**
   * The roles whose training and processing jobs belong to the platform.
   */
  readonly jobRoles: iam.IRoleRef[];

  /**
   * Where the signed statements about the jobs are kept. They come first; the tags are written from them.
   */
  readonly evidenceStore: IEvidenceStore;

  /**
   * What runs around the scripts of the platform's jobs.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - no job is attested: nobody hashed what its script was given
   */
  readonly jobToolkit?: JobToolkit;

  /**
   * Whether the datasets are added to SageMaker's own lineage graph too, between the jobs that made them and those that
   * were given them.
   *
   * The function then may list the names in the graph of the whole account and region, and add to it, which counts
   * towards SageMaker's quotas. Without it the evidence and the tags are the same.
   *
   * @default true
   */
  readonly completeLineageGraph?: boolean;
}

/**
 * Writes `data_git_commit_id` on the MLflow runs of each training job that ended, and keeps a signed statement about each
 * training job and each processing job that published data, from what two functions found out themselves.
 *
 * The lineage-deriver reads the job, the data repository and the DVC remote, and may write nothing but a message.
 * The run-tagger checks that message, describes the job again, and may write to MLflow.
 * What fails is tried again for more than twelve hours; what cannot succeed is parked with its reason.
 */
export class RunTagger extends Construct {
  /**
   * Reads what a job was given or has published.
   */
  public readonly deriverFunction: lambda.Function;

  /**
   * Keeps what was found as a statement, and writes it on the job's runs.
   */
  public readonly taggerFunction: lambda.Function;

  /**
   * Holds the events of jobs that ended, until the lineage-deriver has dealt with them.
   */
  public readonly derivationQueue: sqs.IQueue;

  /**
   * Holds the derivations, until the run-tagger has written them.
   */
  public readonly taggingQueue: sqs.IQueue;

  /**
   * Holds the events whose derivation cannot succeed without somebody's help.
   */
  public readonly derivationParking: sqs.IQueue;

  /**
   * Holds the derivations that could not be written.
   */
  public readonly taggingParking: sqs.IQueue;

  private readonly jobEnded: events.Rule;
  private readonly deriverMetrics: FunctionMetrics;
  private readonly taggerMetrics: FunctionMetrics;

  constructor(scope: Construct, id: string, props: RunTaggerProps) {
    super(scope, id);
    enforce(this, 'RunTaggerInvalid', props, RULES);
    this.deriverMetrics = new FunctionMetrics(this, props.platformName, DERIVER);
    this.taggerMetrics = new FunctionMetrics(this, props.platformName, TAGGER);

    const derivation = defineWorkQueue(this, 'Derivation', TIMEOUT);
    const tagging = defineWorkQueue(this, 'Tagging', TIMEOUT);
    this.derivationQueue = derivation.queue;
    this.taggingQueue = tagging.queue;
    this.derivationParking = derivation.parking;
    this.taggingParking = tagging.parking;

    this.deriverFunction = this.defineLineageDeriver(props, tagging.queue);
    // each message may take all of the function's memory.
    consume(this.deriverFunction, derivation, 1);

    this.taggerFunction = this.defineRunTagger(props);
    consume(this.taggerFunction, tagging);

    this.jobEnded = new events.Rule(this, 'JobEnded', {
      description: `Training and processing jobs that ended, for the lineage platform ${props.platformName}`,
      eventPattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Training Job State Change', 'SageMaker Processing Job State Change'],
        account: [Aws.ACCOUNT_ID],
        detail: { $or: [{ TrainingJobStatus: TERMINAL_STATUSES }, { ProcessingJobStatus: TERMINAL_STATUSES }] },
      },
      targets: [new targets.SqsQueue(derivation.queue, { deadLetterQueue: derivation.parking })],
    });
  }

  /**
   * Events about jobs that ended, as EventBridge counts them: of all jobs of the account and region, also of others'.
   */
  metricJobsEnded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    // of a rule on the default bus, EventBridge knows its name only
    // (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html).
    return new cloudwatch.Metric({
      namespace: 'AWS/Events',
      metricName: 'MatchedEvents',
      dimensionsMap: { RuleName: this.jobEnded.ruleName },
      statistic: cloudwatch.Stats.SUM,
      ...options,
    }).attachTo(this);
  }

  /**
   * Jobs whose data commit was found.
   */
  metricJobsResolved(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('jobsResolved', options);
  }

  /**
   * Jobs whose configuration does not lead to a data commit.
   */
  metricJobsUnresolved(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('jobsUnresolved', options);
  }

  /**
   * Jobs that do not belong to the platform.
   */
  metricJobsOfOthers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('jobsOfOthers', options);
  }

  /**
   * Processing jobs that published no data.
   */
  metricJobsWithoutData(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('jobsWithoutData', options);
  }

  /**
   * Events of jobs that the lineage-deriver has dealt with.
   */
  metricDerivationsDone(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('messagesDone', options);
  }

  /**
   * Events of jobs that the lineage-deriver has parked.
   */
  metricDerivationsParked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('messagesParked', options);
  }

  /**
   * Attempts of the lineage-deriver that failed, and will be made again.
   */
  metricDerivationsRetried(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deriverMetrics.count('messagesRetried', options);
  }

  /**
   * Jobs about which two sources disagree.
   */
  metricJobsInConflict(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('jobsInConflict', options);
  }

  /**
   * Jobs with more runs than are tagged.
   */
  metricJobsWithMoreRunsThanTagged(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('jobsWithMoreRunsThanTagged', options);
  }

  /**
   * Jobs with more models than are tagged.
   */
  metricJobsWithMoreModelsThanTagged(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('jobsWithMoreModelsThanTagged', options);
  }

  /**
   * Jobs whose runs are named by models from elsewhere.
   */
  metricJobsWithModelsOfOthers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('jobsWithModelsOfOthers', options);
  }

  /**
   * Jobs of which SageMaker's own lineage graph lacks an edge that should be there.
   */
  metricJobsWithIncompleteGraph(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('jobsWithIncompleteGraph', options);
  }

  /**
   * Derivations that the run-tagger has dealt with.
   */
  metricTaggingsDone(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('messagesDone', options);
  }

  /**
   * Derivations that the run-tagger has parked.
   */
  metricTaggingsParked(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('messagesParked', options);
  }

  /**
   * Derivations that the run-tagger has dealt with, but for SageMaker's own lineage graph, which does not have the job yet.
   */
  metricTaggingsPostponed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('messagesPostponed', options);
  }

  /**
   * Attempts of the run-tagger that failed, and will be made again.
   */
  metricTaggingsRetried(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.taggerMetrics.count('messagesRetried', options);
  }

  private defineLineageDeriver(props: RunTaggerProps, taggingQueue: sqs.Queue): lambda.Function {
    const names = contract.functionEnvironment;
    const handler = defineLineageFunction(this, 'LineageDeriver', {
      name: DERIVER,
      description: 'Finds out which data commit and datasets a job was given or has published',
      timeout: TIMEOUT,
      // the largest listing that it reads takes more than 512 (docs/benchmarks.md).
      memoryMb: 1024,
      environment: {
        [names.platformName]: props.platformName,
        [names.jobRoleArns]: JSON.stringify(props.jobRoles.map(({ roleRef }) => roleRef.roleArn)),
        [names.dataRepositories]: JSON.stringify(describeRepositories(props.dataRepositories)),
        [names.dvcRemoteUrl]: props.dvcRemote.url,
        [names.taggingQueueUrl]: taggingQueue.queueUrl,
        ...(props.jobToolkit && {
          [names.jobToolkit]: Stack.of(this).toJsonString(describeToolkit(props.jobToolkit)),
        }),
      },
    });
    this.allowDescribing(handler);
    this.allowReadingTags(handler);
    props.dvcRemote.grants.verify(handler);
    for (const repository of props.dataRepositories) {
      repository.grants.read(handler);
    }
    props.jobToolkit?.grants.takeOver(handler);
    taggingQueue.grant(handler, ...SEND_MESSAGES);
    return handler;
  }

  private defineRunTagger(props: RunTaggerProps): lambda.Function {
    const names = contract.functionEnvironment;
    const completeLineageGraph = props.completeLineageGraph ?? true;
    const handler = defineLineageFunction(this, 'RunTagger', {
      name: TAGGER,
      description:
        'Keeps what the lineage-deriver found as a signed statement, and writes it on the MLflow runs of the job',
      timeout: TIMEOUT,
      environment: {
        [names.platformName]: props.platformName,
        [names.mlflowAppArn]: props.mlflowApp.mlflowAppArn,
        [names.dvcRemoteUrl]: props.dvcRemote.url,
        [names.completeLineageGraph]: String(completeLineageGraph),
        [names.modelsMirrored]: String(props.mlflowApp.modelRegistrationMode === ModelRegistrationMode.AUTOMATIC),
        ...evidenceEnvironment(props.evidenceStore),
      },
    });
    this.allowDescribing(handler);
    if (completeLineageGraph) {
      allowCompletingLineageGraph(handler, Stack.of(this));
    }
    props.mlflowApp.grants.callApi(handler);
    props.evidenceStore.grants.append(handler);
    return handler;
  }

  // the names of the jobs to come are unknown, so the rights cover the jobs of this account and region.
  private allowDescribing(grantee: iam.IGrantable): void {
    const { training, processing } = this.jobArns();
    iam.Grant.addToPrincipal({ grantee, actions: DESCRIBE_TRAINING_JOBS, resourceArns: [training] });
    iam.Grant.addToPrincipal({ grantee, actions: DESCRIBE_PROCESSING_JOBS, resourceArns: [processing] });
  }

  private allowReadingTags(grantee: iam.IGrantable): void {
    const { training, processing } = this.jobArns();
    iam.Grant.addToPrincipal({ grantee, actions: READ_JOB_TAGS, resourceArns: [training, processing] });
  }

  private jobArns(): { training: string; processing: string } {
    const all = (resource: string) => Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: '*' });
    return { training: all('training-job'), processing: all('processing-job') };
  }
}
