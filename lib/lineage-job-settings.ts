import { CfnOutput, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import type { LineagePlatform } from './lineage-platform';
import type { PipelineJobProps, PreprocessProps } from './pipeline-job';
import { contract } from './private/contract';
import { enforce, invalid, isKnown, type Rule } from './private/errors';
import { jobEntrypoint } from './private/job-entrypoint';
import { type JobRequest, processingJobRequest, trainingJobRequest } from './private/job-requests';
import { lineageEnvironment, refuseReplacing } from './private/lineage-environment';
import { ObjectGrants } from './private/object-grants';
import { MODELS } from './private/pipeline-roles';
import { DEFAULT_RUNTIME } from './private/pipeline-rules';

const { channels, jobEnvironment } = contract;

// what whoever starts a job puts in their place; no name or revision can look like one.
const JOB_NAME = '<JobName>';
const DATA_REVISION = '<DataRevision>';
const CODE_REVISION = '<CodeRevision>';

/**
 * How jobs that make a model are set up.
 */
export interface TrainJobOptions extends PipelineJobProps {
  /**
   * Hyperparameters, as texts: SageMaker takes no others.
   *
   * @default - none
   */
  readonly hyperparameters?: Record<string, string>;
}

/**
 * Properties of LineageJobSettings.
 */
export interface LineageJobSettingsProps {
  /**
   * The platform whose remote, MLflow App and roles the jobs use.
   */
  readonly platform: LineagePlatform;

  /**
   * The data repository that dataset versions are published to and trained on; one of the platform's.
   */
  readonly dataRepository: IDataRepository;

  /**
   * The MLflow experiment of the runs.
   */
  readonly experimentName: string;

  /**
   * The name that scripts find in `MLFLOW_REGISTERED_MODEL_NAME`, for those that register their model.
   *
   * @default - the name of the experiment
   */
  readonly registeredModelName?: string;

  /**
   * Where the dataset is in the data repository.
   *
   * @default 'dataset'
   */
  readonly datasetPath?: string;

  /**
   * The processing job that makes a dataset version.
   *
   * @default - dataset versions are made elsewhere
   */
  readonly preprocess?: PreprocessProps;

  /**
   * The training job that makes a model of a dataset version.
   *
   * @default - models are made elsewhere
   */
  readonly train?: TrainJobOptions;
}

/**
 * What a job with lineage has to be started with.
 */
export interface JobSettings {
  /**
   * The role of the job.
   */
  readonly roleArn: string;

  /**
   * The container image.
   */
  readonly imageUri: string;

  /**
   * How the container starts. A job that starts otherwise, or has arguments, is never `attested`.
   */
  readonly entrypoint: string[];

  /**
   * The environment variables.
   */
  readonly environment: Record<string, string>;

  /**
   * Addresses in S3, by the name of the input or channel. An input of a processing job is mounted at
   * `/opt/ml/processing/input/` and its name.
   */
  readonly inputs: Record<string, string>;

  /**
   * Where in S3 the output goes: the model of a training job, or what a processing job writes to
   * `/opt/ml/processing/output/lineage`.
   */
  readonly outputUri: string;

  /**
   * The subnets.
   *
   * @default - a network of SageMaker's
   */
  readonly subnetIds?: string[];

  /**
   * The security groups.
   *
   * @default - a network of SageMaker's
   */
  readonly securityGroupIds?: string[];

  /**
   * The tags of the job, by which it belongs to the platform whatever its role is.
   */
  readonly tags: Record<string, string>;
}

const RULES: readonly Rule<LineageJobSettingsProps>[] = [
  {
    broken: ({ preprocess, train }) => preprocess === undefined && train === undefined,
    message: () => 'preprocess or train must be given, got neither; say what the jobs run',
  },
  {
    broken: ({ platform, dataRepository }) => !platform.dataRepositories.includes(dataRepository),
    message: ({ dataRepository }) =>
      `dataRepository must be one of the platform's, got ${dataRepository.node.path}; add it to data.repositories of the platform`,
  },
  {
    broken: ({ datasetPath }) =>
      isKnown(datasetPath) && !/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(datasetPath),
    message: ({ datasetPath }) =>
      `datasetPath must be a relative path of letters, digits, dots, dashes and underscores, got ${JSON.stringify(datasetPath)}`,
  },
];

/**
 * What a team that starts its jobs itself, with the SDK, Airflow or the console, has to start them with so that their
 * lineage is recorded like that of a pipeline.
 *
 * A processing job publishes its dataset version under the data revision, which has to be a new one. What it hands on is
 * below an address that ends with the revision, where the training job with that revision finds it. A version that people
 * published has no such document: leave the channel `lineage` out, and the lineage is `configured` and not `attested`.
 */
export class LineageJobSettings extends Construct {
  private readonly props: LineageJobSettingsProps;
  private readonly preprocess?: BoundJob;
  private readonly train?: BoundJob;

  constructor(scope: Construct, id: string, props: LineageJobSettingsProps) {
    super(scope, id);
    enforce(this, 'LineageJobSettingsInvalid', props, RULES);
    this.props = props;

    const { platform, preprocess, train } = props;
    if (preprocess) {
      this.preprocess = this.bind('Preprocess', 'preprocess.py', preprocess, platform.processingRole);
      const input = new ObjectGrants(preprocess.inputBucket, preprocess.inputPrefix);
      input.list(platform.processingRole);
      input.read(platform.processingRole);
    }
    if (train) {
      this.train = this.bind('Train', 'train.py', train, platform.trainingRole);
    }
  }

  /**
   * What a processing job has to be started with that publishes a dataset version.
   *
   * @param dataRevision the Git tag that it publishes
   */
  processingJob(dataRevision: string): JobSettings {
    const { jobToolkit, processingRole } = this.props.platform;
    const { preprocess } = this.props;
    if (!(this.preprocess && preprocess)) {
      throw invalid(this, 'LineageJobSettingsInvalid', 'preprocess must be given for settings of processing jobs');
    }
    return {
      ...this.settingsOf(this.preprocess, dataRevision, this.props.dataRepository.pushTokenSecret),
      roleArn: processingRole.roleArn,
      entrypoint: jobEntrypoint('preprocess'),
      inputs: {
        ...inputsOf(jobToolkit.toolkitUri, this.preprocess),
        [channels.raw]: preprocess.inputBucket.s3UrlForObject(preprocess.inputPrefix),
      },
      outputUri: this.handoverUri(dataRevision),
    };
  }

  /**
   * What a training job has to be started with that trains on a dataset version.
   *
   * @param dataRevision the Git tag of the version
   */
  trainingJob(dataRevision: string): JobSettings {
    const { artifactBucket, jobToolkit, trainingRole } = this.props.platform;
    if (!this.train) {
      throw invalid(this, 'LineageJobSettingsInvalid', 'train must be given for settings of training jobs');
    }
    return {
      ...this.settingsOf(this.train, dataRevision, this.props.dataRepository.tokenSecret),
      roleArn: trainingRole.roleArn,
      entrypoint: jobEntrypoint('train'),
      inputs: {
        ...inputsOf(jobToolkit.toolkitUri, this.train),
        [channels.lineage]: this.handoverUri(dataRevision),
      },
      outputUri: artifactBucket.s3UrlForObject(MODELS),
    };
  }

  /**
   * Adds outputs with the JSON that `create-processing-job` and `create-training-job` take as `--cli-input-json`, once
   * `<JobName>`, `<DataRevision>` and, of scripts in a repository, `<CodeRevision>` are replaced in it.
   */
  addOutputs(): void {
    const stack = Stack.of(this);
    if (this.preprocess) {
      const { outputUri, ...settings } = this.processingJob(DATA_REVISION);
      const output = { name: channels.lineage, uri: outputUri };
      new CfnOutput(this, 'ProcessingJobRequest', {
        value: stack.toJsonString(processingJobRequest(this.requestOf(settings, this.preprocess), output)),
        description: 'For aws sagemaker create-processing-job --cli-input-json: replace what stands between < and >',
      });
    }
    if (this.train) {
      const { outputUri, ...settings } = this.trainingJob(DATA_REVISION);
      const hyperparameters = this.props.train?.hyperparameters ?? {};
      new CfnOutput(this, 'TrainingJobRequest', {
        value: stack.toJsonString(trainingJobRequest(this.requestOf(settings, this.train), outputUri, hyperparameters)),
        description: 'For aws sagemaker create-training-job --cli-input-json: replace what stands between < and >',
      });
    }
  }

  private bind(id: string, defaultEntry: string, job: PipelineJobProps, role: iam.IRole): BoundJob {
    const scope = new Construct(this, id);
    const { codeUri, environment, hasRevision } = job.script.bind(scope, defaultEntry, role);
    const carried = { ...environment, ...this.environmentOf(DATA_REVISION, this.props.dataRepository.tokenSecret) };
    refuseReplacing(this, 'LineageJobSettingsInvalid', carried, job.environment);
    return {
      options: job,
      imageUri: job.image.bind(scope, role).imageUri,
      codeUri,
      environment: {
        ...job.environment,
        ...environment,
        ...(hasRevision && { [jobEnvironment.codeRevision]: CODE_REVISION }),
      },
    };
  }

  private settingsOf({ imageUri, environment }: BoundJob, dataRevision: string, tokenSecret?: secretsmanager.ISecret) {
    const { network, platformName } = this.props.platform;
    return {
      imageUri,
      environment: { ...environment, ...this.environmentOf(dataRevision, tokenSecret) },
      ...(network && {
        subnetIds: network.subnets.map(({ subnetId }) => subnetId),
        securityGroupIds: network.securityGroups.map(({ securityGroupId }) => securityGroupId),
      }),
      tags: { [contract.jobTags.platform]: platformName },
    };
  }

  private environmentOf(dataRevision: string, tokenSecret?: secretsmanager.ISecret): Record<string, string> {
    return { [jobEnvironment.dataRevision]: dataRevision, ...lineageEnvironment(this.props, tokenSecret) };
  }

  private handoverUri(dataRevision: string): string {
    // the construct is part of the address: two teams may give revisions of two repositories the same name.
    return `${this.props.platform.jobToolkit.handoverUri}/${this.node.addr}/${dataRevision}`;
  }

  private requestOf(settings: Omit<JobSettings, 'outputUri'>, { options }: BoundJob): JobRequest {
    return {
      ...settings,
      name: JOB_NAME,
      instanceType: options.instanceType ?? 'ml.m5.large',
      volumeSizeInGb: options.volumeSizeInGb ?? 30,
      maxRuntime: options.maxRuntime ?? DEFAULT_RUNTIME,
      network: this.props.platform.network,
    };
  }
}

/** A job whose script and image are there. */
interface BoundJob {
  readonly options: PipelineJobProps;
  readonly imageUri: string;
  readonly codeUri: string | undefined;
  readonly environment: Record<string, string>;
}

function inputsOf(toolkitUri: string, { codeUri }: BoundJob): Record<string, string> {
  return { [channels.toolkit]: toolkitUri, ...(codeUri !== undefined && { [channels.code]: codeUri }) };
}
