import { locateMlflowApp, signMlflowRequest } from '../../core/mlflow/signed-request';
import type { Sandbox } from '../../sandbox/instance';

/** Calls the API of an MLflow App as the root user of the account. */
async function callMlflow(sandbox: Sandbox, arn: string, path: string, parameters: object): Promise<unknown> {
  const environment = sandbox.environment() as Record<string, string>;
  const body = JSON.stringify(parameters);
  const { url, headers } = await signMlflowRequest(
    locateMlflowApp(arn, environment.SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT),
    async () => ({
      accessKeyId: environment.AWS_ACCESS_KEY_ID as string,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY as string,
    }),
    { method: 'POST', path: `/api/2.0/mlflow/${path}`, query: {}, body },
  );
  const response = await fetch(url, { method: 'POST', headers, body });
  expect([path, response.status]).toEqual([path, 200]);
  return response.json();
}

/**
 * Makes an experiment in an app, and a run in it.
 *
 * @returns the id of the run
 */
export async function makeRun(sandbox: Sandbox, arn: string, experiment: string): Promise<string> {
  const made = await callMlflow(sandbox, arn, 'experiments/create', { name: experiment });
  const { experiment_id } = made as { experiment_id: string };
  const answer = await callMlflow(sandbox, arn, 'runs/create', { experiment_id, run_name: 'kept' });
  return (answer as { run: { info: { run_id: string } } }).run.info.run_id;
}

/**
 * Lets an alias of a registered model stand for a version.
 */
export async function setAlias(
  sandbox: Sandbox,
  arn: string,
  { name, alias, version }: { name: string; alias: string; version: string },
): Promise<void> {
  await callMlflow(sandbox, arn, 'registered-models/alias', { name, alias, version });
}
