import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import type { Sandbox } from '../instance';

/**
 * How the local SageMaker shall misbehave; what is left out is switched off.
 */
export interface Faults {
  readonly eventDelaySeconds?: number;
  /** how late SageMaker's own lineage of a job comes. */
  readonly lineageDelaySeconds?: number;
  readonly eventDuplicates?: number;
  readonly eventReorder?: boolean;
  readonly throttle?: Readonly<Record<string, number>>;
}

async function administer(sandbox: Sandbox, method: string, route: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${sandbox.endpoints.sagemaker}/_sandbox/${route}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`the local SageMaker refuses ${method} ${route}: ${await response.text()}`);
  }
  return response.json();
}

export async function setFaults(sandbox: Sandbox, faults: Faults): Promise<void> {
  await administer(sandbox, 'PUT', 'faults', faults);
}

export async function stopMlflow(sandbox: Sandbox, appArn: string): Promise<void> {
  await administer(sandbox, 'POST', 'mlflow-apps/stop', { Arn: appArn });
}

export async function startMlflow(sandbox: Sandbox, appArn: string): Promise<void> {
  await administer(sandbox, 'POST', 'mlflow-apps/start', { Arn: appArn });
}

/**
 * Has the app lose all that was logged to it, or gives it back, in turns.
 */
export async function swapMlflowDatabase(sandbox: Sandbox, appArn: string): Promise<void> {
  await administer(sandbox, 'POST', 'mlflow-apps/swap-database', { Arn: appArn });
}

/**
 * A job that has ended, and never ran.
 */
export type PlantedJob = {
  readonly Status: 'Completed' | 'Failed' | 'Stopped';
  /** seconds since 1970. */
  readonly CreationTime: number;
  readonly EndTime: number;
} & (
  | { readonly Kind: 'TrainingJob'; readonly Request: CreateTrainingJobRequest }
  | { readonly Kind: 'ProcessingJob'; readonly Request: CreateProcessingJobRequest }
);

/**
 * Has SageMaker describe jobs as if they had run; no event tells of them.
 *
 * @returns their ARNs, in their order
 */
export async function plantJobs(sandbox: Sandbox, jobs: readonly PlantedJob[]): Promise<string[]> {
  return ((await administer(sandbox, 'POST', 'jobs', { Jobs: jobs })) as { Arns: string[] }).Arns;
}

/**
 * What the local SageMaker could not do as SageMaker does, so that a test may fail on it.
 */
export async function readComplaints(sandbox: Sandbox): Promise<{ unsupported: unknown; invalid: unknown }> {
  return {
    unsupported: await administer(sandbox, 'GET', 'unsupported'),
    invalid: await administer(sandbox, 'GET', 'failures'),
  };
}

/**
 * How jobs are kept apart on this machine.
 */
export async function readJobIsolation(sandbox: Sandbox): Promise<string> {
  return ((await administer(sandbox, 'GET', 'health')) as { jobIsolation: string }).jobIsolation;
}
