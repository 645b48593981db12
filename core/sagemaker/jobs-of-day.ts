import {
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  paginateListProcessingJobs,
  paginateListTrainingJobs,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { contract, pattern } from '../contract';
import { type Day, isInDay } from '../evidence/day';
import { type JobsOfDay, TooManyToCount } from '../evidence/take-census';
import { boundedPages } from '../http/bounded-pages';
import { TERMINAL_STATUSES } from './ended-job';
import { belongsToPlatform } from './job-scope';

type Kind = 'processing-job' | 'training-job';

interface Listed {
  readonly name: string;
  readonly createdAt: Date;
}

/**
 * Counts the jobs that were created on a day, and finds those of the platform. Only these days' jobs are described.
 */
export async function listJobsOfDay(
  sagemaker: SageMakerClient,
  kind: Kind,
  day: Day,
  { platform, jobRoleArns }: { readonly platform: string; readonly jobRoleArns: readonly string[] },
): Promise<JobsOfDay> {
  const jobs = (await list(sagemaker, kind, day)).filter(({ createdAt }) => isInDay(createdAt, day));
  const ours: JobsOfDay['ours'][number][] = [];
  for (let start = 0; start < jobs.length; start += contract.limits.censusJobsAtOnce) {
    const described = jobs.slice(start, start + contract.limits.censusJobsAtOnce).map(async ({ name }) => {
      const { arn, roleArn, createdAt, status } = await describe(sagemaker, kind, name);
      const identity = { kind, arn, name, createdAt: createdAt.toISOString() };
      const chain = { platform, kind, name, createdAt: identity.createdAt };
      return (await belongsToPlatform(sagemaker, { identity, roleArn }, platform, jobRoleArns))
        ? [{ chain, running: !(TERMINAL_STATUSES as readonly string[]).includes(status) }]
        : [];
    });
    ours.push(...(await Promise.all(described)).flat());
  }
  return { listed: jobs.length, ours };
}

async function list(sagemaker: SageMakerClient, kind: Kind, { start, end }: Day): Promise<Listed[]> {
  const paging = { client: sagemaker, pageSize: 100 };
  // nobody says whether the bounds themselves are included, so a second more is asked for at each end.
  const times = {
    CreationTimeAfter: new Date(start.getTime() - 1000),
    CreationTimeBefore: new Date(end.getTime() + 1000),
  };
  const what = `the list of the ${kind}s of a day`;
  const jobs: Listed[] = [];
  const take = (name: string | undefined, createdAt: Date | undefined) => {
    if (!name || !pattern('jobName').test(name) || !createdAt) {
      throw new Error(`SageMaker lists a ${kind} without its creation time or its name`);
    }
    jobs.push({ name, createdAt });
    if (jobs.length > contract.limits.censusJobs) {
      throw new TooManyToCount(`more than ${contract.limits.censusJobs} ${kind}s were created in a day`);
    }
  };
  if (kind === 'training-job') {
    for await (const { TrainingJobSummaries = [] } of boundedPages(paginateListTrainingJobs(paging, times), what)) {
      for (const { TrainingJobName, CreationTime } of TrainingJobSummaries) {
        take(TrainingJobName, CreationTime);
      }
    }
  } else {
    for await (const { ProcessingJobSummaries = [] } of boundedPages(paginateListProcessingJobs(paging, times), what)) {
      for (const { ProcessingJobName, CreationTime } of ProcessingJobSummaries) {
        take(ProcessingJobName, CreationTime);
      }
    }
  }
  return jobs;
}

async function describe(sagemaker: SageMakerClient, kind: Kind, name: string) {
  const found =
    kind === 'training-job' ? await describeTraining(sagemaker, name) : await describeProcessing(sagemaker, name);
  const { arn, roleArn, createdAt, status } = found;
  if (!arn || !roleArn || !createdAt || !status) {
    throw new Error(`SageMaker describes the ${kind} ${name} without its ARN, creation time, role or status`);
  }
  return { arn, roleArn, createdAt, status };
}

async function describeTraining(sagemaker: SageMakerClient, name: string) {
  const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  return { arn: job.TrainingJobArn, roleArn: job.RoleArn, createdAt: job.CreationTime, status: job.TrainingJobStatus };
}

async function describeProcessing(sagemaker: SageMakerClient, name: string) {
  const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
  return {
    arn: job.ProcessingJobArn,
    roleArn: job.RoleArn,
    createdAt: job.CreationTime,
    status: job.ProcessingJobStatus,
  };
}
