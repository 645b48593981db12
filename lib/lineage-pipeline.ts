import { Annotations, Names, Resource, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import {
  CfnPipeline,
  type IModelPackageGroupRef,
  type IPipeline,
  type PipelineReference,
} from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import type { JobScriptConfig } from './job-script';
import { LineagePipelineGrants } from './lineage-pipeline-grants';
import type { LineagePlatform } from './lineage-platform';
import type { QualityBound, RegisterProps } from './model-registration';
import type { PipelineJobProps, PreprocessProps, TrainProps } from './pipeline-job';
import { contract } from './private/contract';
import { enforce, invalid } from './private/errors';
import { lineageEnvironment, refuseReplacing } from './private/lineage-environment';
import { defineModelPackageGroup } from './private/model-package-group';
import { ObjectGrants } from './private/object-grants';
import { pipelineArn } from './private/pipeline-arns';
import type { PipelineStep } from './private/pipeline-definition';
import {
  EXECUTION_ARN,
  EXECUTION_ID,
  join,
  type PipelineValue,
  parameter,
  propertyOf,
} from './private/pipeline-expressions';
import { defineDatasetReader, defineModelRegistrar } from './private/pipeline-functions';
import { gateParameters, gateStep } from './private/pipeline-gate';
import { problemsOf } from './private/pipeline-limits';
import { registerStep, registerVersionStep } from './private/pipeline-registration';
import {
  allowInvoking,
  allowRegistering,
  CHECKPOINTS,
  defineEvaluationRole,
  definePipelineRole,
  EVALUATIONS,
  MODELS,
} from './private/pipeline-roles';
import { DEFAULT_RUNTIME, RULES } from './private/pipeline-rules';
import {
  datasetStep,
  evaluateStep,
  preprocessStep,
  type StepOptions,
  TRAIN,
  trainStep,
} from './private/pipeline-steps';

const PARAMETERS = { dataVersion: 'DataVersion', inputUri: 'InputUri', codeRevision: 'CodeRevision' };

/**
 * What a LineagePipeline does.
 */
export interface LineagePipelineOptions {
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
   * The step that measures the model, with a script that writes
   * `/opt/ml/processing/output/evaluation/evaluation.json`: one object of metrics and numbers.
   *
   * @default - models are not measured
   */
  readonly evaluate?: PipelineJobProps;

  /**
   * What the metrics have to be, all of them. A model that does not meet them fails the execution and is not registered.
   *
   * @default - every model is good enough
   */
  readonly qualityGate?: QualityBound[];

  /**
   * Registers the model: as a version in MLflow, and as a model package that waits for a person's approval.
   *
   * @default - models are not registered, unless a script does it
   */
  readonly register?: RegisterProps;

  /**
   * The name of the pipeline. Changing it replaces the pipeline.
   *
   * @default - a name in lower case made from the construct's path, stable over deployments
   */
  readonly pipelineName?: string;

  /**
   * The MLflow experiment of the runs.
   *
   * @default - the name of the pipeline
   */
  readonly experimentName?: string;

  /**
   * The name of the registered model in MLflow. Scripts find it in `MLFLOW_REGISTERED_MODEL_NAME`.
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

/**
 * Properties of a LineagePipeline.
 */
export interface LineagePipelineProps extends LineagePipelineOptions {
  /**
   * The platform whose remote, MLflow App and roles the pipeline uses.
   */
  readonly platform: LineagePlatform;
}

/**
 * A SageMaker pipeline that makes a dataset version and a model of it, measures the model and registers it, with the
 * user's plain scripts.
 *
 * Each execution publishes its dataset version under a Git tag of its own, and trains and evaluates on exactly that
 * version. Its parameters: `DataVersion` (the beginning of the tag), `InputUri` (the raw data), `CodeRevision` where a
 * script comes from a repository, and one for each bound of the quality gate.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines.html
 * @resource AWS::SageMaker::Pipeline
 */
export class LineagePipeline extends Resource implements IPipeline {
  /**
   * The name to start executions with.
   */
  public readonly pipelineName: string;

  /**
   * The ARN of the pipeline.
   */
  public readonly pipelineArn: string;

  /**
   * The role with which the pipeline starts its jobs.
   */
  public readonly role: iam.IRole;

  /**
   * The group whose versions the registered models are; there is none if models are not registered.
   */
  public readonly modelPackageGroup?: IModelPackageGroupRef;

  /**
   * Who may start executions, and who may watch them.
   */
  public readonly grants: LineagePipelineGrants;

  constructor(scope: Construct, id: string, props: LineagePipelineProps) {
    super(scope, id, { physicalName: props.pipelineName });
    enforce(this, 'LineagePipelineInvalid', props, RULES);

    const { platform, preprocess } = props;
    this.pipelineName =
      props.pipelineName ?? Names.uniqueResourceName(this, { maxLength: 100, separator: '-' }).toLowerCase();
    this.pipelineArn = pipelineArn(Stack.of(this), this.pipelineName);
    const evaluationRole = props.evaluate && defineEvaluationRole(this, props);
    this.role = definePipelineRole(this, [
      platform.processingRole,
      platform.trainingRole,
      ...(evaluationRole ? [evaluationRole] : []),
    ]);
    this.modelPackageGroup = props.register && this.groupOf(props.register, platform);

    const input = new ObjectGrants(preprocess.inputBucket, preprocess.inputPrefix);
    input.list(platform.processingRole);
    input.read(platform.processingRole);

    const resource = new CfnPipeline(this, 'Resource', {
      pipelineName: this.pipelineName,
      roleArn: this.role.roleArn,
      // the CDK copies this object as it is, so its keys are those of CloudFormation.
      pipelineDefinition: { PipelineDefinitionBody: Stack.of(this).toJsonString(this.define(props, evaluationRole)) },
    });
    // SageMaker checks at once what the role may do.
    resource.node.addDependency(this.role);
    this.grants = LineagePipelineGrants.fromPipeline(this);

    if (props.register && !props.qualityGate) {
      Annotations.of(this).addWarningV2(
        'cdk-ml-lineage:LineagePipeline.registersEveryModel',
        'every model is registered, however bad it is: give the pipeline evaluate and qualityGate, or acknowledge this',
      );
    }
  }

  /**
   * What other constructs know the pipeline by.
   */
  public get pipelineRef(): PipelineReference {
    return { pipelineName: this.pipelineName };
  }

  /**
   * Starts executions: `grants.start` by the name that the CDK's own targets know.
   *
   * [disable-awslint:no-grants]
   */
  public grantStartPipelineExecution(grantee: iam.IGrantable): iam.Grant {
    return this.grants.start(grantee);
  }

  private define(props: LineagePipelineProps, evaluationRole?: iam.IRole): object {
    const { platform, qualityGate = [] } = props;
    const preprocess = this.job(props, props.preprocess, 'Preprocess', platform.processingRole);
    const train = this.job(props, props.train, 'Train', platform.trainingRole);
    const evaluate = props.evaluate && evaluationRole && this.job(props, props.evaluate, 'Evaluate', evaluationRole);
    const hasRevision = [preprocess, train, evaluate].some((job) => job?.hasRevision);

    const definition = {
      Version: '2020-12-01',
      Metadata: {},
      Parameters: [
        { Name: PARAMETERS.dataVersion, Type: 'String' as const, DefaultValue: 'v1' },
        {
          Name: PARAMETERS.inputUri,
          Type: 'String' as const,
          DefaultValue: props.preprocess.inputBucket.s3UrlForObject(props.preprocess.inputPrefix),
        },
        ...(hasRevision ? [{ Name: PARAMETERS.codeRevision, Type: 'String' as const }] : []),
        ...gateParameters(qualityGate),
      ],
      // without it the service may make an MLflow App of its own, whose runs nobody tags.
      MlflowConfig: {
        MlflowResourceArn: platform.mlflowApp.mlflowAppArn,
        MlflowExperimentName: this.experimentOf(props),
      },
      Steps: [
        preprocessStep({
          ...preprocess,
          inputUri: parameter(PARAMETERS.inputUri),
          lineageUri: platform.jobToolkit.handoverUri,
        }),
        ...this.datasetSteps(props),
        trainStep({
          ...train,
          modelUri: platform.artifactBucket.s3UrlForObject(MODELS),
          hyperparameters: props.train.hyperparameters ?? {},
          instanceCount: props.train.instanceCount ?? 1,
          spot: props.train.spot && { ...props.train.spot, checkpointsUri: this.checkpointsUri(platform) },
        }),
        ...(evaluate ? [this.evaluateStep(platform, evaluate)] : []),
        ...(qualityGate.length > 0 ? [gateStep(qualityGate, this.registerSteps(props))] : this.registerSteps(props)),
      ],
    };
    const problems = problemsOf(definition);
    if (problems.length > 0) {
      throw invalid(this, 'LineagePipelineInvalid', problems.join('\n'));
    }
    return definition;
  }

  private datasetSteps({ platform, train }: LineagePipelineProps): PipelineStep[] {
    if (!train.spot) {
      return [];
    }
    const reader = defineDatasetReader(this, platform.jobToolkit);
    allowInvoking(this.role, reader);
    return [datasetStep(reader.functionArn)];
  }

  /** Where the checkpoints of this pipeline are: those of others mean nothing to its script. */
  private checkpointsUri(platform: LineagePlatform): string {
    const prefix = `${CHECKPOINTS}/${this.pipelineName}`;
    const checkpoints = new ObjectGrants(platform.artifactBucket, prefix);
    checkpoints.list(platform.trainingRole);
    checkpoints.read(platform.trainingRole);
    checkpoints.write(platform.trainingRole);
    return platform.artifactBucket.s3UrlForObject(prefix);
  }

  private evaluateStep({ artifactBucket }: LineagePlatform, options: StepOptions): PipelineStep {
    // the pipeline itself reads the evaluation, with its own role.
    new ObjectGrants(artifactBucket, EVALUATIONS).read(this.role);
    return evaluateStep({ ...options, evaluationsUri: artifactBucket.s3UrlForObject(EVALUATIONS) });
  }

  private registerSteps(props: LineagePipelineProps): PipelineStep[] {
    const { register, platform } = props;
    if (!register || !this.modelPackageGroup) {
      return [];
    }
    const registrar = defineModelRegistrar(this, platform);
    allowInvoking(this.role, registrar);
    allowRegistering(this.role, this.modelPackageGroup);
    return [
      registerVersionStep(registrar.functionArn, this.registeredModelOf(props)),
      registerStep({
        modelPackageGroup: this.modelPackageGroup.modelPackageGroupRef.modelPackageGroupArn,
        image: register.inferenceImage.bind(new Construct(this, 'Inference'), this.role).imageUri,
        contentTypes: register.contentTypes ?? ['application/json'],
        responseTypes: register.responseTypes ?? ['application/json'],
        dataRevision: this.dataRevision(),
        isEvaluated: props.evaluate !== undefined,
      }),
    ];
  }

  private groupOf(register: RegisterProps, { platformName }: LineagePlatform): IModelPackageGroupRef {
    return register.modelPackageGroup ?? defineModelPackageGroup(this, { ...register, platformName });
  }

  private job(
    props: LineagePipelineProps,
    job: PipelineJobProps,
    id: 'Preprocess' | 'Train' | 'Evaluate',
    role: iam.IRole,
  ): StepOptions & { readonly hasRevision: boolean } {
    const step = new Construct(this, id);
    const script = job.script.bind(step, `${id.toLowerCase()}.py`, role);
    const lineage = {
      ...script.environment,
      ...this.environmentOf(props, script, id),
      ...(id === 'Evaluate' && {
        [contract.jobEnvironment.evaluatedTrainingJob]: propertyOf(TRAIN, 'TrainingJobName'),
      }),
    };
    refuseReplacing(this, 'LineagePipelineInvalid', lineage, job.environment);
    return {
      image: job.image.bind(step, role).imageUri,
      instanceType: job.instanceType ?? 'ml.m5.large',
      volumeSizeInGb: job.volumeSizeInGb ?? 30,
      maxRuntime: job.maxRuntime ?? DEFAULT_RUNTIME,
      roleArn: role.roleArn,
      environment: { ...job.environment, ...lineage },
      toolkitUri: props.platform.jobToolkit.toolkitUri,
      codeUri: script.codeUri,
      network: props.platform.network,
      hasRevision: script.hasRevision,
    };
  }

  private environmentOf(
    props: LineagePipelineProps,
    script: JobScriptConfig,
    id: 'Preprocess' | 'Train' | 'Evaluate',
  ): Record<string, PipelineValue> {
    const names = contract.jobEnvironment;
    const { dataRepository } = props;
    const common = {
      ...props,
      experimentName: this.experimentOf(props),
      registeredModelName: this.registeredModelOf(props),
    };
    return {
      [names.dataRevision]: this.dataRevision(),
      [names.dataVersion]: parameter(PARAMETERS.dataVersion),
      [names.pipelineExecutionArn]: EXECUTION_ARN,
      ...lineageEnvironment(common, id === 'Preprocess' ? dataRepository.pushTokenSecret : dataRepository.tokenSecret),
      ...(script.hasRevision && { [names.codeRevision]: parameter(PARAMETERS.codeRevision) }),
    };
  }

  private dataRevision(): PipelineValue {
    return join('-', parameter(PARAMETERS.dataVersion), EXECUTION_ID);
  }

  private experimentOf(props: LineagePipelineProps): string {
    return props.experimentName ?? this.pipelineName;
  }

  private registeredModelOf(props: LineagePipelineProps): string {
    return props.registeredModelName ?? this.pipelineName;
  }
}
