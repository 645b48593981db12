import { Aws, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { IEvidenceStore } from './evidence-store';
import { contract, matches } from './private/contract';
import { enforce, isKnown, type Rule } from './private/errors';
import { evidenceEnvironment } from './private/evidence-environment';
import { FunctionMetrics } from './private/function-metrics';
import { defineLineageFunction } from './private/lineage-function';
import {
  DESCRIBE_ENDPOINT_CONFIGS,
  DESCRIBE_ENDPOINTS,
  DESCRIBE_MODEL_PACKAGES,
  DESCRIBE_MODELS,
  DESCRIBE_TRAINING_JOBS,
  DESCRIBE_TRANSFORM_JOBS,
  READ_JOB_TAGS,
  UPDATE_MODEL_PACKAGES,
} from './private/perms';
import { consume, defineWorkQueue } from './private/work-queue';

const NAME = 'deployment-recorder';

const RULES: readonly Rule<DeploymentRecorderProps>[] = [
  {
    broken: ({ platformName }) => isKnown(platformName) && !matches('platformName', platformName),
    message: ({ platformName }) =>
      `platformName must be 2 to 32 lower-case letters, digits and inner dashes, starting with a letter, got ${JSON.stringify(platformName)}`,
  },
];

// approving a package, moving it to another stage and removing what others wrote are no part of describing it
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
const ONLY_PROPERTIES = {
  Null: {
    'sagemaker:CustomerMetadataPropertiesToRemove': 'true',
    'sagemaker:ModelApprovalStatus': 'true',
    'sagemaker:ModelLifeCycle:Stage': 'true',
    'sagemaker:ModelLifeCycle:StageStatus': 'true',
  },
};

// what is described and tagged, by the type of its ARN. The names of what is to come are unknown.
const DESCRIBED: readonly [resource: string, actions: readonly string[]][] = [
  ['endpoint', [...DESCRIBE_ENDPOINTS, ...READ_JOB_TAGS]],
  ['endpoint-config', DESCRIBE_ENDPOINT_CONFIGS],
  ['model', DESCRIBE_MODELS],
  ['model-package', [...DESCRIBE_MODEL_PACKAGES, ...READ_JOB_TAGS]],
  ['model-package-group', READ_JOB_TAGS],
  ['training-job', [...DESCRIBE_TRAINING_JOBS, ...READ_JOB_TAGS]],
  ['transform-job', [...DESCRIBE_TRANSFORM_JOBS, ...READ_JOB_TAGS]],
];

/**
 * Properties of a DeploymentRecorder.
 */
export interface DeploymentRecorderProps {
  /**
   * The name of the platform. Unique in the account and region.
   *
   * An endpoint, a batch transform job or a model package belongs to the platform if one of its models comes from a
   * training job of the platform, or if its tag `lineage:platform` has this value; of a model package that is the tag of
   * its group. What belonged to it once does so for good, whatever model it has later.
   */
  readonly platformName: string;

  /**
   * Where the signed statements are kept.
   */
  readonly evidenceStore: IEvidenceStore;

  /**
   * The roles whose training jobs belong to the platform.
   *
   * @default - a model whose training has not been stated belongs to the platform only by the tag of its training job
   */
  readonly jobRoles?: iam.IRoleRef[];
}

/**
 * Keeps a signed statement about what each endpoint, batch transform job and model package puts to use: which models,
 * which bytes, and the statement about the training job that wrote exactly these bytes.
 *
 * It writes on a model package what the statement says, and changes nothing else. The bytes of models it can compare only
 * where it may read them: grant `recorderFunction` to read the objects of your models.
 * What fails is tried again for more than twelve hours; what cannot succeed is parked with its reason.
 */
export class DeploymentRecorder extends Construct {
  /**
   * Finds out what is put to use, and keeps the statement.
   */
  public readonly recorderFunction: lambda.Function;

  /**
   * Holds the events about changes, until the recorder has dealt with them.
   */
  public readonly queue: sqs.IQueue;

  /**
   * Holds the events about changes that cannot be recorded without somebody's help.
   */
  public readonly parking: sqs.IQueue;

  private readonly metrics: FunctionMetrics;

  constructor(scope: Construct, id: string, props: DeploymentRecorderProps) {
    super(scope, id);
    enforce(this, 'DeploymentRecorderInvalid', props, RULES);
    this.metrics = new FunctionMetrics(this, props.platformName, NAME);

    const work = defineWorkQueue(this, 'Changes');
    this.queue = work.queue;
    this.parking = work.parking;
    this.recorderFunction = this.defineRecorder(props);
    consume(this.recorderFunction, work);

    const { platformName } = props;
    const target = new targets.SqsQueue(work.queue, { deadLetterQueue: work.parking });
    const onChange = (ruleId: string, what: string, detailType: string, detail?: Record<string, string[]>) =>
      new events.Rule(this, ruleId, {
        description: `${what}, for the lineage platform ${platformName}`,
        eventPattern: {
          source: ['aws.sagemaker'],
          detailType: [detailType],
          account: [Aws.ACCOUNT_ID],
          ...(detail && { detail }),
        },
        targets: [target],
      });
    // the example of an event spells the status in another way than the API does
    // (https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-endpoint).
    onChange('EndpointInService', 'Endpoints that serve something new', 'SageMaker Endpoint State Change', {
      EndpointStatus: ['IN_SERVICE', 'InService'],
    });
    onChange('TransformJobChanged', 'Batch transform jobs', 'SageMaker Transform Job State Change');
    onChange('ModelPackageChanged', 'Model packages', 'SageMaker Model Package State Change');
  }

  /**
   * Deployments that were recorded, and about which nothing disagrees.
   */
  metricDeploymentsRecorded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('deploymentsRecorded', options);
  }

  /**
   * Deployments with a model whose training could not be established.
   */
  metricDeploymentsUnresolved(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('deploymentsUnresolved', options);
  }

  /**
   * Deployments about which two sources disagree.
   */
  metricDeploymentsInConflict(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('deploymentsInConflict', options);
  }

  /**
   * Deployments that do not belong to the platform.
   */
  metricDeploymentsOfOthers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('deploymentsOfOthers', options);
  }

  /**
   * Events about changes that were dealt with.
   */
  metricMessagesDone(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.count('messagesDone', options);
  }

  /**
   * Events about changes that the function has parked.
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

  private defineRecorder({ platformName, jobRoles = [], evidenceStore }: DeploymentRecorderProps): lambda.Function {
    const names = contract.functionEnvironment;
    const handler = defineLineageFunction(this, 'Recorder', {
      name: NAME,
      description: 'Keeps signed statements about what endpoints, batch transform jobs and model packages put to use',
      environment: {
        [names.platformName]: platformName,
        [names.jobRoleArns]: JSON.stringify(jobRoles.map(({ roleRef }) => roleRef.roleArn)),
        ...evidenceEnvironment(evidenceStore),
      },
    });
    for (const [resource, actions] of DESCRIBED) {
      iam.Grant.addToPrincipal({ grantee: handler, actions: [...actions], resourceArns: [this.arns(resource)] });
    }
    iam.Grant.addToPrincipal({
      grantee: handler,
      actions: UPDATE_MODEL_PACKAGES,
      resourceArns: [this.arns('model-package')],
      conditions: ONLY_PROPERTIES,
    });
    evidenceStore.grants.append(handler);
    return handler;
  }

  private arns(resource: string): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: '*' });
  }
}
