import {
  DescribeProcessingJobCommand,
  type DescribeProcessingJobResponse,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { JobSetup } from '../chain/attestation';
import type { ClaimedMaker, ProcessingJobIdentity } from '../chain/derivation';
import { contract } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { describeIfThere, type EndedJob, type NamedJob, requireEnded } from './ended-job';
import { readJobEnvironment } from './job-environment';

/**
 * What SageMaker says of a processing job that has ended.
 */
export interface EndedProcessingJob extends EndedJob {
  readonly identity: ProcessingJobIdentity;
}

/**
 * Describes a processing job: the event about it is only a hint.
 *
 * @throws CannotSucceed where there is no such job any more, or another of this name
 */
export async function describeEndedProcessingJob(
  sagemaker: SageMakerClient,
  named: NamedJob<'processing-job'>,
): Promise<EndedProcessingJob> {
  const job = await describe(sagemaker, named);
  const { status, createdAt, roleArn } = requireEnded(named, {
    arn: job.ProcessingJobArn,
    status: job.ProcessingJobStatus,
    createdAt: job.CreationTime,
    roleArn: job.RoleArn,
  });
  return {
    identity: { kind: named.kind, arn: named.arn, name: named.name, createdAt: createdAt.toISOString() },
    status,
    roleArn,
    endedAt: job.ProcessingEndTime ?? job.LastModifiedTime ?? createdAt,
    ...readJobEnvironment(job.Environment),
    setup: setupOf(job),
    image: job.AppSpecification?.ImageUri,
  };
}

/**
 * Describes the processing job that is said to have published a dataset; undefined where there is no such job.
 */
export async function describeMaker(
  sagemaker: SageMakerClient,
  maker: ClaimedMaker,
): Promise<{ identity: ProcessingJobIdentity; handoverUri: string | undefined } | undefined> {
  const named = { kind: 'processing-job', ...maker } as const;
  const job = await describe(sagemaker, named).catch(ifDeleted);
  const { ProcessingJobArn: arn, CreationTime: createdAt } = job ?? {};
  if (!job || !createdAt || arn?.toLowerCase() !== maker.arn.toLowerCase()) {
    return undefined;
  }
  return {
    identity: { ...named, arn, createdAt: createdAt.toISOString() },
    handoverUri: setupOf(job).handoverUri,
  };
}

// whatever a job names, its message is not to be parked for it.
function ifDeleted(error: unknown): undefined {
  if (!(error instanceof CannotSucceed)) {
    throw error;
  }
}

function describe(
  sagemaker: SageMakerClient,
  named: NamedJob<'processing-job'>,
): Promise<DescribeProcessingJobResponse> {
  return describeIfThere(named, () =>
    sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: named.name })),
  );
}

function setupOf({
  AppSpecification,
  ProcessingInputs = [],
  ProcessingOutputConfig,
  ProcessingJobStatus,
}: DescribeProcessingJobResponse): JobSetup {
  const { toolkit, lineage } = contract.channels;
  return {
    entrypoint: AppSpecification?.ContainerEntrypoint ?? [],
    arguments: AppSpecification?.ContainerArguments ?? [],
    toolkitUri: ProcessingInputs.find(({ InputName }) => InputName === toolkit)?.S3Input?.S3Uri,
    handoverUri: ProcessingOutputConfig?.Outputs?.find(({ OutputName }) => OutputName === lineage)?.S3Output?.S3Uri,
    completed: ProcessingJobStatus === 'Completed',
  };
}
