import {
  ListEndpointsCommand,
  ListModelPackagesCommand,
  ListProcessingJobsCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { pattern } from '../contract';

const PAGE_SIZE = 100;

export interface ListedJob {
  readonly kind: 'training-job' | 'processing-job';
  readonly arn: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly status: string;
  /** for a job that has not ended, when it was changed last. */
  readonly endedAt: Date;
}

export interface ListedDeployment {
  readonly kind: 'endpoint' | 'transform-job' | 'model-package';
  readonly arn: string;
  /** as evidence names it: of a version of a package `<group>.<version>`. */
  readonly name: string;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly status: string;
  /** of a model package; null where nobody said anything. */
  readonly approval?: string | null;
}

/**
 * What was made in a time.
 */
interface Made {
  readonly from: Date;
  /** the first moment that is too late. */
  readonly until: Date;
}

interface Listed<Item> {
  readonly items: Item[];
  readonly next: string | undefined;
}

/**
 * A page of the jobs of one kind that were created in a time, the oldest first.
 */
export async function listJobs(
  sagemaker: SageMakerClient,
  kind: ListedJob['kind'],
  made: Made,
  page?: string,
): Promise<Listed<ListedJob>> {
  if (kind === 'training-job') {
    const { TrainingJobSummaries = [], NextToken } = await sagemaker.send(
      new ListTrainingJobsCommand(paging(made, page)),
    );
    const items = TrainingJobSummaries.map((job) =>
      toJob(kind, {
        arn: job.TrainingJobArn,
        name: job.TrainingJobName,
        createdAt: job.CreationTime,
        status: job.TrainingJobStatus,
        endedAt: job.TrainingEndTime ?? job.LastModifiedTime,
      }),
    );
    return { items: within(items, made), next: NextToken };
  }
  const { ProcessingJobSummaries = [], NextToken } = await sagemaker.send(
    new ListProcessingJobsCommand(paging(made, page)),
  );
  const items = ProcessingJobSummaries.map((job) =>
    toJob(kind, {
      arn: job.ProcessingJobArn,
      name: job.ProcessingJobName,
      createdAt: job.CreationTime,
      status: job.ProcessingJobStatus,
      endedAt: job.ProcessingEndTime ?? job.LastModifiedTime,
    }),
  );
  return { items: within(items, made), next: NextToken };
}

/**
 * A page of the batch transform jobs, endpoints or model packages that were created in a time, the oldest first.
 */
export async function listDeployments(
  sagemaker: SageMakerClient,
  kind: ListedDeployment['kind'],
  made: Made,
  page?: string,
): Promise<Listed<ListedDeployment>> {
  switch (kind) {
    case 'endpoint': {
      const { Endpoints = [], NextToken } = await sagemaker.send(new ListEndpointsCommand(paging(made, page)));
      const items = Endpoints.map((one) =>
        toDeployment(kind, {
          arn: one.EndpointArn,
          name: one.EndpointName,
          createdAt: one.CreationTime,
          changedAt: one.LastModifiedTime,
          status: one.EndpointStatus,
        }),
      );
      return { items: within(items, made), next: NextToken };
    }
    case 'transform-job': {
      const { TransformJobSummaries = [], NextToken } = await sagemaker.send(
        new ListTransformJobsCommand(paging(made, page)),
      );
      const items = TransformJobSummaries.map((one) =>
        toDeployment(kind, {
          arn: one.TransformJobArn,
          name: one.TransformJobName,
          createdAt: one.CreationTime,
          changedAt: one.TransformEndTime ?? one.LastModifiedTime,
          status: one.TransformJobStatus,
        }),
      );
      return { items: within(items, made), next: NextToken };
    }
    case 'model-package': {
      // without a type only those outside of groups are listed
      // (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html).
      const { ModelPackageSummaryList = [], NextToken } = await sagemaker.send(
        new ListModelPackagesCommand({ ...paging(made, page), ModelPackageType: 'Both' }),
      );
      const items = ModelPackageSummaryList.map((one) => {
        const group = one.ModelPackageGroupName ?? one.ModelPackageName;
        return toDeployment(kind, {
          arn: one.ModelPackageArn,
          name: one.ModelPackageVersion === undefined ? group : `${group}.${one.ModelPackageVersion}`,
          createdAt: one.CreationTime,
          changedAt: one.CreationTime,
          status: one.ModelPackageStatus,
          approval: one.ModelApprovalStatus ?? null,
        });
      });
      return { items: within(items, made), next: NextToken };
    }
  }
}

function paging({ from, until }: Made, page: string | undefined) {
  return {
    // nobody says whether the bounds themselves are included, so a second more is asked for at each end.
    CreationTimeAfter: new Date(from.getTime() - 1000),
    CreationTimeBefore: new Date(until.getTime() + 1000),
    SortBy: 'CreationTime' as const,
    SortOrder: 'Ascending' as const,
    MaxResults: PAGE_SIZE,
    ...(page === undefined ? {} : { NextToken: page }),
  };
}

function within<Item extends { readonly createdAt: Date }>(items: readonly Item[], { from, until }: Made): Item[] {
  return items.filter(({ createdAt }) => from <= createdAt && createdAt < until);
}

type Partially<Item> = { readonly [Member in keyof Item]: Item[Member] | undefined };

function toJob(kind: ListedJob['kind'], told: Partially<Omit<ListedJob, 'kind'>>): ListedJob {
  const { arn, name, createdAt, status, endedAt } = told;
  if (!arn || !isNamed(arn, name, 'jobName') || !createdAt || !status || !endedAt) {
    throw new Error(`SageMaker lists something of the kind ${kind} without its ARN, name, times or status`);
  }
  return { kind, arn, name, createdAt, status, endedAt };
}

function toDeployment(
  kind: ListedDeployment['kind'],
  told: Partially<Omit<ListedDeployment, 'kind'>>,
): ListedDeployment {
  const { arn, name, createdAt, changedAt, status, approval } = told;
  if (!arn || !isNamed(arn, name, 'evidenceName') || !createdAt || !changedAt || !status) {
    throw new Error(`SageMaker lists something of the kind ${kind} without its ARN, name, times or status`);
  }
  return { kind, arn, name, createdAt, changedAt, status, ...(approval === undefined ? {} : { approval }) };
}

function isNamed(arn: string, name: string | undefined, form: 'jobName' | 'evidenceName'): name is string {
  return pattern('evidenceArn').test(arn) && name !== undefined && pattern(form).test(name);
}
