import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { NamedTraining } from '../chain/deployment-scope';
import { TERMINAL_STATUSES } from './ended-job';
import { belongsToPlatform } from './job-scope';
import { isNotFound } from './not-found';

/**
 * A training job by its name, whether it has ended or not; `undefined` where there is none.
 */
export async function findNamedTraining(
  sagemaker: SageMakerClient,
  name: string,
  platform: string,
  jobRoleArns: readonly string[],
): Promise<NamedTraining | undefined> {
  let job: DescribeTrainingJobResponse;
  try {
    job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
  const { TrainingJobArn, CreationTime, RoleArn, ModelArtifacts, TrainingJobStatus } = job;
  if (!TrainingJobArn || !CreationTime || !RoleArn) {
    throw new Error(`SageMaker describes ${name} without its ARN, creation time or role`);
  }
  const identity = { kind: 'training-job', arn: TrainingJobArn, name, createdAt: CreationTime.toISOString() } as const;
  return {
    modelUri: ModelArtifacts?.S3ModelArtifacts,
    endedAt: hasEnded(TrainingJobStatus) ? (job.TrainingEndTime ?? job.LastModifiedTime ?? CreationTime) : undefined,
    ofPlatform: await belongsToPlatform(sagemaker, { identity, roleArn: RoleArn }, platform, jobRoleArns),
  };
}

function hasEnded(status: string | undefined): boolean {
  return (TERMINAL_STATUSES as readonly (string | undefined)[]).includes(status);
}
