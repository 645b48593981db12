import { z } from 'zod';
import { Instant } from './fields';

/**
 * The APIs that facts come from.
 */
export const APIS = [
  'git:ls-refs',
  'git:read-commit',
  'lineage:evidence',
  'mlflow:get-run',
  'mlflow:search-model-versions',
  'mlflow:search-runs',
  's3:GetObject',
  's3:HeadObject',
  's3:ListObjectsV2',
  's3:ListObjectVersions',
  'sagemaker:DescribeEndpoint',
  'sagemaker:DescribeEndpointConfig',
  'sagemaker:DescribeModel',
  'sagemaker:DescribeModelPackage',
  'sagemaker:DescribeProcessingJob',
  'sagemaker:DescribeTrainingJob',
  'sagemaker:DescribeTransformJob',
  'sagemaker:ListEndpoints',
  'sagemaker:ListModelPackages',
  'sagemaker:ListProcessingJobs',
  'sagemaker:ListTags',
  'sagemaker:ListTrainingJobs',
  'sagemaker:ListTransformJobs',
] as const;

/**
 * Who says what nobody else confirmed: what the job itself wrote into its output, whoever may log to the run and its
 * models, whoever may push to the data repository.
 */
export const CLAIMANTS = ['job', 'run', 'logged-model', 'model-version', 'data-repository'] as const;

export const Source = z.union([
  z.strictObject({ api: z.enum(APIS) }),
  z.strictObject({ claimedBy: z.enum(CLAIMANTS) }),
]);
export type Source = z.infer<typeof Source>;

/**
 * Where a fact comes from, and when it was asked for.
 */
export const origin = { source: Source, at: Instant };
export const Origin = z.strictObject(origin);
export type Origin = z.infer<typeof Origin>;

export function fact<T extends z.ZodType>(value: T) {
  return z.strictObject({ value, ...origin });
}
