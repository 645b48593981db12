import type { Duration } from 'aws-cdk-lib';
import type { JobNetwork } from '../job-network';
import { contract } from './contract';
import { jobEntrypoint } from './job-entrypoint';
import { processingNetwork, trainingNetwork } from './job-network-settings';
import type { PipelineStep } from './pipeline-definition';
import { answerOf, EXECUTION_ID, join, outputOf, type PipelineValue, propertyOf } from './pipeline-expressions';

const { channels, stepValues } = contract;

export const PREPROCESS = 'Preprocess';
export const DATASET = 'Dataset';
export const TRAIN = 'Train';
export const EVALUATE = 'Evaluate';

export const EVALUATION_FILE = 'evaluation.json';

export const PROCESSING_ROOT = '/opt/ml/processing';

// what passes by itself; a step that fails on its own account is not run again.
export const CALL_AGAIN = {
  ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'],
  IntervalSeconds: 5,
  BackoffRate: 2,
  MaxAttempts: 5,
};
const RETRY_POLICIES = [
  CALL_AGAIN,
  { ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], IntervalSeconds: 30, BackoffRate: 2, MaxAttempts: 2 },
];

export interface StepOptions {
  readonly image: string;
  readonly instanceType: string;
  readonly volumeSizeInGb: number;
  readonly maxRuntime: Duration;
  readonly roleArn: string;
  readonly environment: Record<string, PipelineValue>;
  /** where the wrapper around the script is. */
  readonly toolkitUri: string;
  /** where the script is; absent where the job fetches it from a repository. */
  readonly codeUri: string | undefined;
  /** absent where jobs run in a network of SageMaker's. */
  readonly network: JobNetwork | undefined;
}

/**
 * The step that runs the user's preprocess script and versions what it wrote.
 *
 * No step is cached: a step that was skipped would have pushed no data and tagged no run.
 */
export function preprocessStep(options: StepOptions & { inputUri: PipelineValue; lineageUri: string }): PipelineStep {
  return {
    Name: PREPROCESS,
    Type: 'Processing',
    Arguments: processingArguments(options, {
      verb: 'preprocess',
      inputs: { [channels.raw]: options.inputUri },
      output: { name: channels.lineage, uri: options.lineageUri },
    }),
    RetryPolicies: RETRY_POLICIES,
  };
}

/**
 * The step that tells the pipeline which dataset the step before has published.
 */
export function datasetStep(functionArn: string): PipelineStep {
  return {
    Name: DATASET,
    Type: 'Lambda',
    FunctionArn: functionArn,
    Arguments: { [stepValues.lineageUri]: outputOf(PREPROCESS, channels.lineage) },
    OutputParameters: [{ OutputName: stepValues.datasetMd5, OutputType: 'String' }],
  };
}

export interface TrainStepOptions extends StepOptions {
  readonly modelUri: string;
  readonly hyperparameters: Record<string, string>;
  readonly instanceCount: number;
  /** training on spare capacity, whose checkpoints are kept below an address for each dataset. */
  readonly spot: { readonly maxWait: Duration; readonly checkpointsUri: string } | undefined;
}

/**
 * The step that runs the user's train script on exactly what the preprocess step has versioned.
 */
export function trainStep(options: TrainStepOptions): PipelineStep {
  const { maxRuntime, spot } = options;
  return {
    Name: TRAIN,
    Type: 'Training',
    Arguments: {
      RoleArn: options.roleArn,
      AlgorithmSpecification: {
        TrainingImage: options.image,
        TrainingInputMode: 'File',
        ContainerEntrypoint: jobEntrypoint('train'),
      },
      InputDataConfig: [
        channel(channels.toolkit, options.toolkitUri),
        ...(options.codeUri ? [channel(channels.code, options.codeUri)] : []),
        channel(channels.lineage, outputOf(PREPROCESS, channels.lineage)),
      ],
      OutputDataConfig: { S3OutputPath: options.modelUri },
      ResourceConfig: cluster(options, options.instanceCount),
      StoppingCondition: {
        MaxRuntimeInSeconds: maxRuntime.toSeconds(),
        ...(spot && { MaxWaitTimeInSeconds: spot.maxWait.toSeconds() }),
      },
      ...(spot && {
        EnableManagedSpotTraining: true,
        CheckpointConfig: { S3Uri: join('/', spot.checkpointsUri, answerOf(DATASET, stepValues.datasetMd5)) },
      }),
      HyperParameters: options.hyperparameters,
      ...trainingNetwork(options.network),
      Environment: options.environment,
    },
    RetryPolicies: RETRY_POLICIES,
  };
}

/**
 * The step that runs the user's evaluate script on the model and on the dataset that it was trained on.
 */
export function evaluateStep(options: StepOptions & { evaluationsUri: string }): PipelineStep {
  return {
    Name: EVALUATE,
    Type: 'Processing',
    Arguments: processingArguments(options, {
      verb: 'evaluate',
      inputs: {
        [channels.lineage]: outputOf(PREPROCESS, channels.lineage),
        [channels.model]: propertyOf(TRAIN, 'ModelArtifacts.S3ModelArtifacts'),
      },
      output: { name: channels.evaluation, uri: options.evaluationsUri },
    }),
    PropertyFiles: [
      { PropertyFileName: channels.evaluation, OutputName: channels.evaluation, FilePath: EVALUATION_FILE },
    ],
    RetryPolicies: RETRY_POLICIES,
  };
}

interface ProcessingPlan {
  readonly verb: 'preprocess' | 'evaluate';
  readonly inputs: Record<string, PipelineValue>;
  readonly output: { readonly name: string; readonly uri: string };
}

function processingArguments(options: StepOptions, { verb, inputs, output }: ProcessingPlan): Record<string, unknown> {
  return {
    RoleArn: options.roleArn,
    ProcessingResources: { ClusterConfig: cluster(options, 1) },
    AppSpecification: { ImageUri: options.image, ContainerEntrypoint: jobEntrypoint(verb) },
    Environment: options.environment,
    ProcessingInputs: [
      processingInput(channels.toolkit, options.toolkitUri),
      ...(options.codeUri ? [processingInput(channels.code, options.codeUri)] : []),
      ...Object.entries(inputs).map(([name, uri]) => processingInput(name, uri)),
    ],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: output.name,
          AppManaged: false,
          S3Output: {
            // the execution is part of the address, so that no execution reads what another one wrote.
            S3Uri: join('/', output.uri, EXECUTION_ID),
            LocalPath: `${PROCESSING_ROOT}/output/${output.name}`,
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    ...processingNetwork(options.network),
    StoppingCondition: { MaxRuntimeInSeconds: options.maxRuntime.toSeconds() },
  };
}

export function cluster(
  { instanceType, volumeSizeInGb }: Pick<StepOptions, 'instanceType' | 'volumeSizeInGb'>,
  instanceCount: number,
) {
  return { InstanceType: instanceType, InstanceCount: instanceCount, VolumeSizeInGB: volumeSizeInGb };
}

export function processingInput(name: string, uri: PipelineValue) {
  return {
    InputName: name,
    AppManaged: false,
    S3Input: {
      S3Uri: uri,
      LocalPath: `${PROCESSING_ROOT}/input/${name}`,
      S3DataType: 'S3Prefix',
      S3InputMode: 'File',
      S3DataDistributionType: 'FullyReplicated',
      S3CompressionType: 'None',
    },
  };
}

export function channel(name: string, uri: PipelineValue) {
  return {
    ChannelName: name,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' },
    },
  };
}
