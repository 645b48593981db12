import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../contract';
import { type EndedJob, readJobTag } from './ended-job';

/**
 * Whether a job belongs to a platform: it ran with one of the platform's roles, or carries its tag.
 */
export async function belongsToPlatform(
  sagemaker: SageMakerClient,
  job: Pick<EndedJob, 'identity' | 'roleArn'>,
  platform: string,
  jobRoleArns: readonly string[],
): Promise<boolean> {
  return (
    jobRoleArns.includes(job.roleArn) ||
    (await readJobTag(sagemaker, job.identity.arn, contract.jobTags.platform)) === platform
  );
}
