import type { Duration } from 'aws-cdk-lib';
import type { JobNetwork } from '../job-network';
import { jobEntrypoint } from './job-entrypoint';
import { processingNetwork, trainingNetwork } from './job-network-settings';
import { channel, cluster, PROCESSING_ROOT, processingInput } from './pipeline-steps';

/**
 * What a request says of either kind of job.
 */
export interface JobRequest {
  readonly name: string;
  readonly roleArn: string;
  readonly imageUri: string;
  readonly environment: Record<string, string>;
  /** addresses in S3, by the name of the input or channel. */
  readonly inputs: Record<string, string>;
  readonly instanceType: string;
  readonly volumeSizeInGb: number;
  readonly maxRuntime: Duration;
  readonly network: JobNetwork | undefined;
  readonly tags: Record<string, string>;
}

/**
 * The body of CreateProcessingJob for a job that makes a dataset version.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
 */
export function processingJobRequest(job: JobRequest, output: { name: string; uri: string }) {
  return {
    ProcessingJobName: job.name,
    RoleArn: job.roleArn,
    ProcessingResources: { ClusterConfig: cluster(job, 1) },
    AppSpecification: { ImageUri: job.imageUri, ContainerEntrypoint: jobEntrypoint('preprocess') },
    Environment: job.environment,
    ProcessingInputs: Object.entries(job.inputs).map(([name, uri]) => processingInput(name, uri)),
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: output.name,
          S3Output: {
            S3Uri: output.uri,
            LocalPath: `${PROCESSING_ROOT}/output/${output.name}`,
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    StoppingCondition: { MaxRuntimeInSeconds: job.maxRuntime.toSeconds() },
    ...processingNetwork(job.network),
    Tags: tagList(job.tags),
  };
}

/**
 * The body of CreateTrainingJob for a job that makes a model of a dataset version.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */
export function trainingJobRequest(job: JobRequest, modelUri: string, hyperparameters: Record<string, string>) {
  return {
    TrainingJobName: job.name,
    RoleArn: job.roleArn,
    AlgorithmSpecification: {
      TrainingImage: job.imageUri,
      TrainingInputMode: 'File',
      ContainerEntrypoint: jobEntrypoint('train'),
    },
    HyperParameters: hyperparameters,
    Environment: job.environment,
    InputDataConfig: Object.entries(job.inputs).map(([name, uri]) => channel(name, uri)),
    OutputDataConfig: { S3OutputPath: modelUri },
    ResourceConfig: cluster(job, 1),
    StoppingCondition: { MaxRuntimeInSeconds: job.maxRuntime.toSeconds() },
    ...trainingNetwork(job.network),
    Tags: tagList(job.tags),
  };
}

function tagList(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
