import { z } from 'zod';
import { contract } from '../../core/contract';
import { locateMlflowApp, type MlflowApp, signMlflowRequest } from '../../core/mlflow/signed-request';
import type { Estate } from './estate';
import type { PlannedJob } from './plan';
import { arnOf, isProcessingJob, type JobTimes, modelUri } from './planted-jobs';

/** What a run says that is wrong. */
export const CLAIMED_COMMIT = 'c'.repeat(40);
export const STRANGERS_COMMIT = 'd'.repeat(40);
export const REGISTERED_MODEL = 'soak';
const RUNS_OF_SEVERAL = 3;
const PLANTED_AT_ONCE = 4;

const Experiment = z.object({ experiment_id: z.string() });
const CreatedRun = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

/**
 * Logs runs to the MLflow App as the scripts of jobs leave them behind.
 */
export class RunPlanter {
  static async open(estate: Estate): Promise<RunPlanter> {
    const planter = new RunPlanter(estate);
    await planter.openExperiment();
    return planter;
  }

  private readonly app: MlflowApp;
  private readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  private experiment = '';

  private constructor(private readonly estate: Estate) {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = estate.sandbox.environment();
    this.app = locateMlflowApp(estate.outputs.MlflowAppArn, estate.sandbox.endpoints.mlflow);
    this.credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  }

  /**
   * @returns the ids of the runs of each job, in the order of their start
   */
  async plant(jobs: readonly PlannedJob[], times: JobTimes): Promise<Map<string, string[]>> {
    const waiting = jobs.filter((job) => runsOf(job) > 0);
    const planted = new Map<string, string[]>();
    const work = async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        const ids: string[] = [];
        planted.set(job.name, ids);
        for (let number = 0; number < runsOf(job); number += 1) {
          ids.push(await this.plantRun(job, times, number));
        }
      }
    };
    await Promise.all(Array.from({ length: PLANTED_AT_ONCE }, work));
    return planted;
  }

  private async openExperiment(): Promise<void> {
    this.experiment = Experiment.parse(await this.post('experiments/create', { name: 'soak' })).experiment_id;
    await this.post('registered-models/create', { name: REGISTERED_MODEL });
  }

  private async plantRun(job: PlannedJob, { created, ended }: JobTimes, number: number): Promise<string> {
    const { kind, name } = job;
    const tags = {
      [contract.claimTags.trainingJobName]: name,
      [contract.claimTags.trainingJobArn]: arnOf(this.estate, job),
      ...(kind === 'tagged-by-stranger' && { [contract.runTags.dataCommit]: STRANGERS_COMMIT }),
    };
    const start_time = created.getTime() + 1000 * (number + 1);
    const answer = await this.post('runs/create', { experiment_id: this.experiment, start_time, tags: entries(tags) });
    const { run_id } = CreatedRun.parse(answer).run.info;
    const claim = claimedCommit(job, this.estate);
    if (claim !== undefined) {
      await this.post('runs/log-batch', { run_id, params: entries({ [contract.runTags.dataCommit]: claim }) });
    }
    if (kind !== 'left-running') {
      await this.post('runs/update', { run_id, status: 'FINISHED', end_time: ended.getTime() });
    }
    if (kind === 'registered') {
      const version = { name: REGISTERED_MODEL, source: modelUri(this.estate, job), run_id };
      await this.post('model-versions/create', version);
    }
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

/** How many runs a job has logged. */
export function runsOf(job: PlannedJob): number {
  if (isProcessingJob(job) || job.kind === 'no-run' || job.kind === 'malformed') {
    return 0;
  }
  return job.kind === 'several-runs' ? RUNS_OF_SEVERAL : 1;
}

const SAY_THE_TRUTH = new Set<PlannedJob['kind']>([
  'claims-agree',
  'several-runs',
  'left-running',
  'registered',
  'own-tag',
  'attested',
]);

function claimedCommit({ kind, revision = '' }: PlannedJob, { commits }: Estate): string | undefined {
  if (kind === 'claims-differ') {
    return CLAIMED_COMMIT;
  }
  return SAY_THE_TRUTH.has(kind) ? commits.get(revision)?.commit : undefined;
}

function entries(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}
