import { posix } from 'node:path';
import { Duration, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import type { JobScript, JobScriptConfig } from './job-script';
import type { LineagePlatform } from './lineage-platform';
import { contract } from './private/contract';
import { enforce, invalid, isKnown, type Rule } from './private/errors';
import { defineSageMakerRole } from './private/job-roles';
import { ObjectGrants } from './private/object-grants';
import { PASS_ROLE, RUN_PROCESSING_JOBS, RUN_TRAINING_JOBS } from './private/perms';
import { EXECUTION_ARN, EXECUTION_ID, join, type PipelineValue, parameter } from './private/pipeline-expressions';
import { problemsOf } from './private/pipeline-limits';
import { preprocessStep, type StepOptions, trainStep } from './private/pipeline-steps';

const PARAMETERS = { dataVersion: 'DataVersion', inputUri: 'InputUri', codeRevision: 'CodeRevision' };

/**
 * How a step of a pipeline runs.
 */
export interface PipelineJobProps {
  /**
   * The user's script. It knows nothing of lineage.
   */
  readonly script: JobScript;

  /**
   * The address of the container image, which needs Python 3.10 or newer and git.
   */
  readonly image: string;

  /**
   * The kind of instance that the job runs on.
   *
   * @default 'ml.m5.large'
   */
  readonly instanceType?: string;

  /**
   * The size of the instance's volume in gigabytes.
   *
   * @default 30
   */
  readonly volumeSizeInGb?: number;

  /**
   * After this time SageMaker stops the job.
   *
   * @default Duration.hours(1)
   */
  readonly maxRuntime?: Duration;

  /**
   * Further environment variables of the job.
   *
   * @default - only those that carry the lineage
   */
  readonly environment?: Record<string, string>;
}

/**
 * How the step that makes a dataset version runs.
 */
export interface PreprocessProps extends PipelineJobProps {
  /**
   * The bucket with the raw data.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly inputBucket: s3.IBucket;

  /**
   * The key prefix of the raw data, without a slash at either end. An execution may name another place below it.
   */
  readonly inputPrefix: string;
}

/**
 * How the step that makes a model runs.
 */
export interface TrainProps extends PipelineJobProps {
  /**
   * Hyperparameters, as texts: SageMaker takes no others.
   *
   * @default - none
   */
  readonly hyperparameters?: Record<string, string>;
}

/**
 * Properties of a LineagePipeline.
 */
export interface LineagePipelineProps {
  /**
   * The platform whose remote, MLflow App and roles the pipeline uses.
   */
  readonly platform: LineagePlatform;

  /**
   * The data repository that dataset versions are published to; one of the platform's. Its token has to allow pushing.
   */
  readonly dataRepository: IDataRepository;

  /**
   * The step that makes a dataset version.
   */
  readonly preprocess: PreprocessProps;

  /**
   * The step that makes a model of it.
   */
  readonly train: TrainProps;

  /**
   * The name of the pipeline. Changing it replaces the pipeline.
   *
   * @default - a name made from the construct's path, stable over deployments
   */
  readonly pipelineName?: string;

  /**
   * The MLflow experiment of the runs.
   *
   * @default - the name of the pipeline
   */
  readonly experimentName?: string;

  /**
   * The name that scripts find in `MLFLOW_REGISTERED_MODEL_NAME`, for those that register their model.
   *
   * @default - the name of the pipeline
   */
  readonly registeredModelName?: string;

  /**
   * Where the dataset is in the data repository.
   *
   * @default 'dataset'
   */
  readonly datasetPath?: string;
}

const RULES: readonly Rule<LineagePipelineProps>[] = [
  {
    broken: ({ pipelineName }) => isKnown(pipelineName) && !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/.test(pipelineName),
    message: ({ pipelineName }) =>
      `pipelineName must be 1 to 256 letters, digits and inner dashes, got ${JSON.stringify(pipelineName)}`,
  },
  {
    broken: ({ datasetPath }) =>
      isKnown(datasetPath) && !/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(datasetPath),
    message: ({ datasetPath }) =>
      `datasetPath must be a relative path of letters, digits, dots, dashes and underscores, got ${JSON.stringify(datasetPath)}`,
  },
];

/**
 * A SageMaker pipeline that makes a dataset version and a model of it, with the user's plain scripts.
 *
 * Each execution publishes its dataset version under a Git tag of its own, and trains on exactly that version.
 * Its parameters: `DataVersion` (the beginning of the tag), `InputUri` (the raw data), and `CodeRevision` where a script
 * comes from a repository.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines.html
 */
export class LineagePipeline extends Construct {
  /**
   * The name to start executions with.
   */
  public readonly pipelineName: string;

  /**
   * The role with which the pipeline starts its jobs.
   */
  public readonly role: iam.IRole;

  constructor(scope: Construct, id: string, props: LineagePipelineProps) {
    super(scope, id);
    enforce(this, 'LineagePipelineInvalid', props, RULES);

    const { platform, preprocess } = props;
    this.pipelineName = props.pipelineName ?? Names.uniqueResourceName(this, { maxLength: 100, separator: '-' });
    this.role = this.defineRole(platform);

    const input = new ObjectGrants(preprocess.inputBucket, preprocess.inputPrefix);
    input.list(platform.processingRole);
    input.read(platform.processingRole);

    const resource = new CfnPipeline(this, 'Resource', {
      pipelineName: this.pipelineName,
      roleArn: this.role.roleArn,
      // the CDK copies this object as it is, so its keys are those of CloudFormation.
      pipelineDefinition: { PipelineDefinitionBody: Stack.of(this).toJsonString(this.define(props)) },
    });
    // SageMaker checks at once what the role may do.
    resource.node.addDependency(this.role);
  }

  private define(props: LineagePipelineProps): object {
    const { platform } = props;
    const preprocess = this.bind(props.preprocess.script, 'Preprocess', 'preprocess.py', platform.processingRole);
    const train = this.bind(props.train.script, 'Train', 'train.py', platform.trainingRole);
    const artifacts = platform.artifactBucket;

    const definition = {
      Version: '2020-12-01',
      Metadata: {},
      Parameters: [
        { Name: PARAMETERS.dataVersion, Type: 'String', DefaultValue: 'v1' },
        {
          Name: PARAMETERS.inputUri,
          Type: 'String',
          DefaultValue: props.preprocess.inputBucket.s3UrlForObject(props.preprocess.inputPrefix),
        },
        ...(preprocess.hasRevision || train.hasRevision ? [{ Name: PARAMETERS.codeRevision, Type: 'String' }] : []),
      ],
      // without it the service may make an MLflow App of its own, whose runs nobody tags.
      MlflowConfig: {
        MlflowResourceArn: platform.mlflowApp.mlflowAppArn,
        MlflowExperimentName: this.experimentOf(props),
      },
      Steps: [
        preprocessStep({
          ...this.stepOptions(props, props.preprocess, preprocess, platform.processingRole),
          inputUri: parameter(PARAMETERS.inputUri),
          lineageUri: platform.jobToolkit.handoverUri,
        }),
        trainStep({
          ...this.stepOptions(props, props.train, train, platform.trainingRole),
          modelUri: artifacts.s3UrlForObject('models'),
          hyperparameters: props.train.hyperparameters ?? {},
        }),
      ],
    };
    const problems = problemsOf(definition);
    if (problems.length > 0) {
      throw invalid(this, 'LineagePipelineInvalid', problems.join('\n'));
    }
    return definition;
  }

  private bind(script: JobScript, id: string, entry: string, role: iam.IRole): JobScriptConfig {
    return script.bind(new Construct(this, id), entry, role);
  }

  private stepOptions(
    props: LineagePipelineProps,
    job: PipelineJobProps,
    script: JobScriptConfig,
    role: iam.IRole,
  ): StepOptions {
    const lineage = { ...script.environment, ...this.lineageEnvironment(props, script) };
    const taken = Object.keys(job.environment ?? {}).filter((name) => name in lineage);
    if (taken.length > 0) {
      throw invalid(
        this,
        'LineagePipelineInvalid',
        `environment must not set what carries the lineage, got ${taken.join(', ')}; leave it out`,
      );
    }
    return {
      image: job.image,
      instanceType: job.instanceType ?? 'ml.m5.large',
      volumeSizeInGb: job.volumeSizeInGb ?? 30,
      maxRuntime: job.maxRuntime ?? Duration.hours(1),
      roleArn: role.roleArn,
      environment: { ...job.environment, ...lineage },
      toolkitUri: props.platform.jobToolkit.toolkitUri,
      codeUri: script.codeUri,
    };
  }

  private lineageEnvironment(props: LineagePipelineProps, script: JobScriptConfig): Record<string, PipelineValue> {
    const names = contract.jobEnvironment;
    const { dataRepository, platform } = props;
    return {
      [names.dataRevision]: join('-', parameter(PARAMETERS.dataVersion), EXECUTION_ID),
      [names.dataVersion]: parameter(PARAMETERS.dataVersion),
      [names.pipelineExecutionArn]: EXECUTION_ARN,
      [names.dataRepositoryUrl]: dataRepository.url,
      // scripts of AWS's sample read it; an address that only the deployment knows cannot be taken apart.
      ...(isKnown(dataRepository.url) && {
        [names.dataRepositoryName]: posix.basename(dataRepository.url, '.git'),
      }),
      ...(dataRepository.tokenSecret && { [names.dataRepositoryTokenSecretArn]: dataRepository.tokenSecret.secretArn }),
      [names.dvcRemoteUrl]: platform.dvcRemote.url,
      [names.datasetPath]: props.datasetPath ?? 'dataset',
      [names.mlflowTrackingUri]: platform.mlflowApp.mlflowAppArn,
      [names.mlflowExperimentName]: this.experimentOf(props),
      [names.mlflowRegisteredModelName]: props.registeredModelName ?? this.pipelineName,
      ...(script.hasRevision && { [names.codeRevision]: parameter(PARAMETERS.codeRevision) }),
    };
  }

  private experimentOf(props: LineagePipelineProps): string {
    return props.experimentName ?? this.pipelineName;
  }

  private defineRole(platform: LineagePlatform): iam.Role {
    const role = defineSageMakerRole(this, 'Role', 'Lets a lineage pipeline start its jobs');
    // SageMaker names the jobs of pipelines itself, with this beginning.
    const jobs = (kind: string) => [
      Stack.of(this).formatArn({ service: 'sagemaker', resource: kind, resourceName: 'pipelines-*' }),
    ];
    iam.Grant.addToPrincipal({ grantee: role, actions: RUN_PROCESSING_JOBS, resourceArns: jobs('processing-job') });
    iam.Grant.addToPrincipal({ grantee: role, actions: RUN_TRAINING_JOBS, resourceArns: jobs('training-job') });
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: PASS_ROLE,
      resourceArns: [platform.processingRole.roleArn, platform.trainingRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });
    return role;
  }
}
