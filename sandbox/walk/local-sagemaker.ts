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
