import type { Duration } from 'aws-cdk-lib';
import { contract } from './contract';
import { jobEntrypoint } from './job-entrypoint';
import { EXECUTION_ID, join, outputOf, type PipelineValue } from './pipeline-expressions';
import type { PipelineStep } from './pipeline-limits';

const { channels } = contract;

export const PREPROCESS = 'Preprocess';
export const TRAIN = 'Train';

const PROCESSING_ROOT = '/opt/ml/processing';

// what passes by itself; a step that fails on its own account is not run again.
const RETRY_POLICIES = [
  { ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 5 },
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
}

/**
 * The step that runs the user's preprocess script and versions what it wrote.
 *
 * Neither step is cached: a step that was skipped would have pushed no data and tagged no run.
 */
export function preprocessStep(options: StepOptions & { inputUri: PipelineValue; lineageUri: string }): PipelineStep {
  return {
    Name: PREPROCESS,
    Type: 'Processing',
    Arguments: {
      RoleArn: options.roleArn,
      ProcessingResources: { ClusterConfig: cluster(options) },
      AppSpecification: {
        ImageUri: options.image,
        ContainerEntrypoint: jobEntrypoint('preprocess'),
      },
      Environment: options.environment,
      ProcessingInputs: [
        processingInput(channels.toolkit, options.toolkitUri),
        ...(options.codeUri ? [processingInput(channels.code, options.codeUri)] : []),
        processingInput(channels.raw, options.inputUri),
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: channels.lineage,
            AppManaged: false,
            S3Output: {
              // the execution is part of the address, so that no execution reads what another one wrote.
              S3Uri: join('/', options.lineageUri, EXECUTION_ID),
              LocalPath: `${PROCESSING_ROOT}/output/${channels.lineage}`,
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
      StoppingCondition: { MaxRuntimeInSeconds: options.maxRuntime.toSeconds() },
    },
    RetryPolicies: RETRY_POLICIES,
  };
}

/**
 * The step that runs the user's train script on exactly what the step before has versioned.
 */
export function trainStep(
  options: StepOptions & { modelUri: string; hyperparameters: Record<string, string> },
): PipelineStep {
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
      ResourceConfig: cluster(options),
      StoppingCondition: { MaxRuntimeInSeconds: options.maxRuntime.toSeconds() },
      HyperParameters: options.hyperparameters,
      Environment: options.environment,
    },
    RetryPolicies: RETRY_POLICIES,
  };
}

function cluster({ instanceType, volumeSizeInGb }: StepOptions) {
  return { InstanceType: instanceType, InstanceCount: 1, VolumeSizeInGB: volumeSizeInGb };
}

function processingInput(name: string, uri: PipelineValue) {
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

function channel(name: string, uri: PipelineValue) {
  return {
    ChannelName: name,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' },
    },
  };
}
