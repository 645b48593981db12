import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  paginateListTags,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { JobSetup } from '../chain/attestation';
import type { JobIdentity } from '../chain/derivation';
import { contract } from '../contract';
import { CannotSucceed } from '../delivery/failures';

export const TERMINAL_STATUSES = ['Completed', 'Failed', 'Stopped'] as const;
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

/**
 * Which job is meant, before it was looked up.
 */
export type NamedJob = Pick<JobIdentity, 'arn' | 'name'>;

/**
 * What SageMaker says of a training job that has ended.
 */
export interface EndedTrainingJob {
  readonly identity: JobIdentity;
  readonly status: TerminalStatus;
  readonly roleArn: string;
  readonly endedAt: Date;
  readonly configuredRepository: string | undefined;
  readonly configuredRevision: string | undefined;
  readonly setup: JobSetup;
  readonly image: string | undefined;
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
  { arn, name }: NamedJob,
): Promise<EndedTrainingJob> {
  const job = await describe(sagemaker, name);
  const { TrainingJobArn, TrainingJobStatus, CreationTime, RoleArn, Environment = {} } = job;
  if (!TrainingJobArn || !CreationTime || !RoleArn) {
    throw new Error(`SageMaker describes ${name} without its ARN, creation time or role`);
  }
  if (TrainingJobArn !== arn) {
    throw new CannotSucceed(
      'foreign-message',
      `${arn} is not the ARN of the job ${name} here, which is ${TrainingJobArn}`,
    );
  }
  if (!isTerminal(TrainingJobStatus)) {
    // an event that came before the new state can be read, or a job that was made anew under the name.
    throw new Error(`${name} has not ended, its status is ${TrainingJobStatus}`);
  }
  return {
    identity: { arn: TrainingJobArn, name, createdAt: CreationTime.toISOString() },
    status: TrainingJobStatus,
    roleArn: RoleArn,
    endedAt: job.TrainingEndTime ?? job.LastModifiedTime ?? CreationTime,
    configuredRepository: Environment[contract.jobEnvironment.dataRepositoryUrl],
    configuredRevision: Environment[contract.jobEnvironment.dataRevision],
    setup: setupOf(job),
    image: job.AlgorithmSpecification?.TrainingImage,
    modelUri: job.ModelArtifacts?.S3ModelArtifacts,
    mlflowRunId: job.MlflowDetails?.MlflowRunId,
  };
}

function setupOf({
  AlgorithmSpecification,
  InputDataConfig = [],
  TrainingJobStatus,
}: DescribeTrainingJobResponse): JobSetup {
  const channels = InputDataConfig.flatMap(({ ChannelName, DataSource }) => {
    const uri = DataSource?.S3DataSource?.S3Uri;
    return ChannelName !== undefined && uri !== undefined ? [[ChannelName, uri] as const] : [];
  });
  return {
    entrypoint: AlgorithmSpecification?.ContainerEntrypoint ?? [],
    arguments: AlgorithmSpecification?.ContainerArguments ?? [],
    channels: new Map(channels),
    completed: TrainingJobStatus === 'Completed',
  };
}

/**
 * The value of one tag of a job.
 */
export async function readJobTag(sagemaker: SageMakerClient, arn: string, key: string): Promise<string | undefined> {
  for await (const { Tags = [] } of paginateListTags({ client: sagemaker }, { ResourceArn: arn })) {
    const tag = Tags.find(({ Key }) => Key === key);
    if (tag) {
      return tag.Value;
    }
  }
  return undefined;
}

async function describe(sagemaker: SageMakerClient, name: string): Promise<DescribeTrainingJobResponse> {
  try {
    return await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  } catch (error) {
    if (isNotFound(error)) {
      throw new CannotSucceed('job-not-found', `there is no training job ${name}; it was deleted before it was read`, {
        cause: error,
      });
    }
    throw error;
  }
}

// SageMaker has no error of its own for this operation: an unknown job is a ValidationException with this text.
function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException' && /not found/i.test(error.message);
}

function isTerminal(status: string | undefined): status is TerminalStatus {
  return (TERMINAL_STATUSES as readonly (string | undefined)[]).includes(status);
}
