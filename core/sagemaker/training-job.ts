import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { JobSetup } from '../chain/attestation';
import type { TrainingJobIdentity } from '../chain/derivation';
import type { TrainedJob } from '../chain/register-model';
import { contract } from '../contract';
import { describeIfThere, type EndedJob, type NamedJob, requireEnded, TERMINAL_STATUSES } from './ended-job';
import { readJobEnvironment } from './job-environment';
import { isNotFound } from './not-found';

/**
 * What SageMaker says of a training job that has ended.
 */
export interface EndedTrainingJob extends EndedJob {
  readonly identity: TrainingJobIdentity;
  /** where the model is, where there is one. */
  readonly modelUri: string | undefined;
  /** the run that the service itself connects with the job, where it does. */
  readonly mlflowRunId: string | undefined;
}

/**
 * Describes a training job: the event about it is only a hint.
 *
 * @throws CannotSucceed where there is no such job any more, or another of this name
 */
export async function describeEndedTrainingJob(
  sagemaker: SageMakerClient,
  named: NamedJob<'training-job'>,
): Promise<EndedTrainingJob> {
  const job = await describeIfThere(named, () =>
    sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: named.name })),
  );
  return endedTrainingJob(named, job);
}

/**
 * Describes a training job of which only the name is known; `undefined` where there is none that has ended.
 */
export async function findEndedTrainingJob(
  sagemaker: SageMakerClient,
  name: string,
): Promise<EndedTrainingJob | undefined> {
  try {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    const isEnded = (TERMINAL_STATUSES as readonly (string | undefined)[]).includes(job.TrainingJobStatus);
    return isEnded ? endedTrainingJob({ kind: 'training-job', arn: job.TrainingJobArn ?? '', name }, job) : undefined;
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

function endedTrainingJob(named: NamedJob<'training-job'>, job: DescribeTrainingJobResponse): EndedTrainingJob {
  const { status, createdAt, roleArn } = requireEnded(named, {
    arn: job.TrainingJobArn,
    status: job.TrainingJobStatus,
    createdAt: job.CreationTime,
    roleArn: job.RoleArn,
  });
  return {
    identity: { kind: named.kind, arn: named.arn, name: named.name, createdAt: createdAt.toISOString() },
    status,
    roleArn,
    endedAt: job.TrainingEndTime ?? job.LastModifiedTime ?? createdAt,
    ...readJobEnvironment(job.Environment),
    setup: setupOf(job),
    image: job.AlgorithmSpecification?.TrainingImage,
    modelUri: job.ModelArtifacts?.S3ModelArtifacts,
    mlflowRunId: job.MlflowDetails?.MlflowRunId,
  };
}

/**
 * Describes a training job of which only the name is known, and which has to have left a model.
 */
export async function describeTrainedJob(sagemaker: SageMakerClient, name: string): Promise<TrainedJob> {
  let job: DescribeTrainingJobResponse;
  try {
    job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  } catch (error) {
    if (isNotFound(error)) {
      throw new Error(`there is no training job ${name}`, { cause: error });
    }
    throw error;
  }
  const { TrainingJobArn: arn, CreationTime: createdAt, TrainingJobStatus: status } = job;
  const modelUri = job.ModelArtifacts?.S3ModelArtifacts;
  if (status !== 'Completed' || !arn || !createdAt || !modelUri) {
    throw new Error(`the training job ${name} has left no model, its status is ${status}`);
  }
  return {
    identity: { kind: 'training-job', arn, name, createdAt: createdAt.toISOString() },
    endedAt: job.TrainingEndTime ?? job.LastModifiedTime ?? createdAt,
    modelUri,
    mlflowRunId: job.MlflowDetails?.MlflowRunId,
  };
}

function setupOf({
  AlgorithmSpecification,
  InputDataConfig = [],
  TrainingJobStatus,
}: DescribeTrainingJobResponse): JobSetup {
  const channel = (name: string) =>
    InputDataConfig.find(({ ChannelName }) => ChannelName === name)?.DataSource?.S3DataSource?.S3Uri;
  return {
    entrypoint: AlgorithmSpecification?.ContainerEntrypoint ?? [],
    arguments: AlgorithmSpecification?.ContainerArguments ?? [],
    toolkitUri: channel(contract.channels.toolkit),
    handoverUri: channel(contract.channels.lineage),
    completed: TrainingJobStatus === 'Completed',
  };
}
