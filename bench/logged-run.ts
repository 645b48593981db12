import { z } from 'zod';
import { locateMlflowApp, type MlflowApp, signMlflowRequest } from '../core/mlflow/signed-request';
import type { Sandbox } from '../sandbox/instance';

// about as much as a script logs on its way.
const PARAMETERS = 20;
const METRICS = 20;

/**
 * A run as the script of a job leaves it behind.
 */
export interface LoggedRun {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly dataset?: { readonly commit: string; readonly path: string; readonly md5: string };
}

const Experiment = z.object({ experiment_id: z.string() });
const CreatedRun = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

/**
 * Logs runs to an MLflow App as of the time when their job ran, which MLflow's own client can only do while it runs.
 */
export class RunLogger {
  private readonly app: MlflowApp;
  private readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };

  constructor(sandbox: Sandbox, appArn: string) {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = sandbox.environment();
    this.app = locateMlflowApp(appArn, sandbox.endpoints.mlflow);
    this.credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  }

  async openExperiment(name: string): Promise<string> {
    return Experiment.parse(await this.post('experiments/create', { name })).experiment_id;
  }

  /**
   * @returns the id of the run
   */
  async log(experiment: string, { startedAt, endedAt, tags, parameters, dataset }: LoggedRun): Promise<string> {
    const timestamp = endedAt.getTime();
    const created = await this.post('runs/create', {
      experiment_id: experiment,
      start_time: startedAt.getTime(),
      tags: entries(tags),
    });
    const { run_id } = CreatedRun.parse(created).run.info;
    await this.post('runs/log-batch', {
      run_id,
      params: [...entries(parameters), ...numbered(PARAMETERS, (key, number) => ({ key, value: String(number) }))],
      metrics: numbered(METRICS, (key, value) => ({ key, value, timestamp, step: 0 })),
    });
    if (dataset) {
      const source = JSON.stringify(dataset);
      await this.post('runs/log-inputs', {
        run_id,
        datasets: [{ dataset: { name: dataset.path, digest: dataset.md5.slice(0, 8), source_type: 'dvc', source } }],
      });
    }
    await this.post('runs/update', { run_id, status: 'FINISHED', end_time: timestamp });
    return run_id;
  }

  private async post(path: string, parameters: unknown): Promise<unknown> {
    const request = { method: 'POST', path: `/api/2.0/mlflow/${path}`, query: {}, body: JSON.stringify(parameters) };
    const { url, headers } = await signMlflowRequest(this.app, async () => this.credentials, request);
    const response = await fetch(url, { method: request.method, headers, body: request.body });
    if (!response.ok) {
      throw new Error(`MLflow answers ${path} with HTTP ${response.status}: ${await response.text()}`);
    }
    return response.json();
  }
}

function entries(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

function numbered<Value>(count: number, make: (key: string, number: number) => Value): Value[] {
  return Array.from({ length: count }, (_, number) => make(`value-${number}`, number));
}
