import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { z } from 'zod';
import type { DerivedInput } from '../chain/derived-inputs';
import type { LoggedModel, RunModelVersion } from '../chain/job-models';
import type { NewModelVersion } from '../chain/register-model';
import type { RunTags } from '../chain/run-tags';
import type { RunDataset } from '../chain/tag-runs';
import { contract, pattern } from '../contract';
import { AnswerTooLarge } from '../http/answer-too-large';
import { boundedJson } from '../http/bounded-json';
import { boundedPages } from '../http/bounded-pages';
import { boundedText } from '../http/bounded-text';
import { HttpError } from '../http/http-error';
import { type RateLimit, rateLimit } from '../http/rate-limit';
import { retryAfterSeconds } from '../http/retry-after';
import { answeredList } from './answered-list';
import type { MlflowPage, RegisteredVersion } from './mlflow-pages';
import { type MlflowApp, signMlflowRequest } from './signed-request';

const TIMEOUT_MS = 20_000;
const EXPERIMENTS_PER_PAGE = 1000;
const EXPERIMENTS_PER_SEARCH = 100;
// a run comes with all its parameters and metrics.
const RUNS_PER_PAGE = 200;
const MODELS_PER_PAGE = 100;
const MODEL_VERSIONS_PER_PAGE = 200;
// each is named in the address of a request, which has to stay short.
const RUNS_PER_SEARCH = 50;

const Tag = z.object({ key: z.string(), value: z.string().default('') });
const Metric = z.object({ key: z.string(), value: z.union([z.number(), z.string()]).default('') });
const DatasetInput = z.object({
  tags: answeredList(Tag),
  dataset: z.object({ source_type: z.string().default(''), source: z.string().default('') }),
});

// MLflow answers 64-bit numbers as texts or as numbers, and leaves empty lists out.
const int64 = z.union([z.number(), z.string().regex(/^-?[0-9]+$/)]).transform(Number);

const experimentId = z.string().regex(pattern('mlflowExperimentId'));

const MlflowRun = z.object({
  info: z.object({
    run_id: z.string().regex(pattern('mlflowRunId')),
    experiment_id: experimentId,
    status: z.string().default('RUNNING'),
    start_time: int64.default(0),
    lifecycle_stage: z.string().default('active'),
    artifact_uri: z.string().default(''),
  }),
  data: z
    .object({
      tags: answeredList(Tag),
      params: answeredList(Tag),
      metrics: answeredList(Metric),
    })
    .default({ tags: [], params: [], metrics: [] }),
  inputs: z.object({ dataset_inputs: answeredList(DatasetInput) }).default({ dataset_inputs: [] }),
  outputs: z.object({ model_outputs: answeredList(z.unknown()) }).default({ model_outputs: [] }),
});

const RunAnswer = z.object({ run: MlflowRun });
const RunPage = z.object({ runs: answeredList(MlflowRun), next_page_token: z.string().optional() });
const ExperimentPage = z.object({
  experiments: answeredList(z.object({ experiment_id: experimentId })),
  next_page_token: z.string().optional(),
});

const Version = z.object({
  name: z.string(),
  version: z.string().regex(pattern('registeredModelVersion')),
  run_id: z.union([z.literal(''), z.string().regex(pattern('mlflowRunId'))]).optional(),
  creation_timestamp: int64,
});
const ModelVersionAnswer = z.object({ model_version: Version });
const VersionPage = z.object({ model_versions: answeredList(Version), next_page_token: z.string().optional() });

const NewVersionAnswer = z.object({
  model_version: z.object({ version: z.string().regex(pattern('registeredModelVersion')) }),
});

const runId = z.string().regex(pattern('mlflowRunId'));
const LoggedModelPage = z.object({
  models: answeredList(
    z.object({
      info: z.object({
        model_id: z.string().regex(pattern('loggedModelId')),
        // a model that was logged outside of a run names none.
        source_run_id: z.union([z.literal(''), runId]).default(''),
        creation_timestamp_ms: int64,
        artifact_uri: z.string().default(''),
        tags: answeredList(Tag),
      }),
    }),
  ),
  next_page_token: z.string().optional(),
});
const RegistrationPage = z.object({
  model_versions: answeredList(z.object({ creation_timestamp: int64 })),
  next_page_token: z.string().optional(),
});
const RegisteredVersionPage = z.object({
  model_versions: answeredList(
    z.object({
      name: z.string(),
      version: z.string().regex(pattern('registeredModelVersion')),
      run_id: z.union([z.literal(''), runId]).optional(),
      source: z.string().default(''),
      creation_timestamp: int64,
      tags: answeredList(Tag),
    }),
  ),
  next_page_token: z.string().optional(),
});
const ModelVersionPage = z.object({
  model_versions: answeredList(
    z.object({
      name: z.string(),
      version: z.string().regex(pattern('registeredModelVersion')),
      run_id: runId,
      source: z.string().default(''),
      tags: answeredList(Tag),
    }),
  ),
  next_page_token: z.string().optional(),
});

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  /** the run that the version was registered from, where the registry names one. */
  readonly runId: string | undefined;
  readonly registeredAt: Date;
}

export interface Run {
  readonly id: string;
  readonly experimentId: string;
  /** such as RUNNING, FINISHED, FAILED or KILLED. */
  readonly status: string;
  readonly startedAt: Date;
  readonly deleted: boolean;
  /** whether a model was logged to it. */
  readonly hasModel: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, string>>;
  readonly artifactLocation: string;
  readonly datasets: readonly RunDataset[];
}

/**
 * The few calls of the MLflow REST API that lineage needs; there is no maintained TypeScript client for it.
 *
 * @see https://mlflow.org/docs/latest/rest-api.html
 */
export class MlflowClient {
  constructor(
    private readonly app: MlflowApp,
    private readonly credentials: AwsCredentialIdentityProvider,
    private readonly limited: RateLimit = rateLimit(),
  ) {}

  /**
   * @returns `undefined` if there is no such run
   */
  async getRun(runId: string): Promise<Run | undefined> {
    const answer = await this.get('runs/get', { run_id: runId });
    return answer === undefined ? undefined : toRun(RunAnswer.parse(answer).run);
  }

  /**
   * @returns `undefined` if there is no such version
   */
  async getModelVersion(name: string, version: string): Promise<ModelVersion | undefined> {
    const answer = await this.get('model-versions/get', { name, version });
    if (answer === undefined) {
      return undefined;
    }
    return toVersion(ModelVersionAnswer.parse(answer).model_version);
  }

  /**
   * @returns `undefined` if there is no such alias, or no such model
   */
  async getAliasedVersion(name: string, alias: string): Promise<ModelVersion | undefined> {
    try {
      const answer = await this.get('registered-models/alias', { name, alias });
      return answer === undefined ? undefined : toVersion(ModelVersionAnswer.parse(answer).model_version);
    } catch (error) {
      // what MLflow says of an alias that is not there, as of one that cannot be: its form is checked by the caller.
      if (error instanceof MlflowError && error.code === 'INVALID_PARAMETER_VALUE') {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * The model versions with a tag.
   *
   * @param value an ARN: MLflow's filter language knows no escaping
   */
  async *findVersionsByTag(key: string, value: string): AsyncGenerator<ModelVersion> {
    if (!pattern('sagemakerArn').test(value)) {
      throw new Error(`a model version can only be searched by an ARN of SageMaker, got ${JSON.stringify(value)}`);
    }
    const query = { filter: `tags.\`${key}\` = '${value}'`, max_results: String(MODELS_PER_PAGE) };
    for await (const page of this.pages('GET', 'model-versions/search', query, VersionPage)) {
      yield* page.model_versions.map(toVersion);
    }
  }

  /**
   * The runs with a tag, in whatever experiment a script has put them.
   *
   * @param value only letters, digits and dashes: MLflow's filter language knows no escaping
   */
  async *findRunsByTag(key: string, value: string): AsyncGenerator<Run> {
    if (!pattern('jobName').test(value)) {
      throw new Error(`a run can only be searched by the name of a job, got ${JSON.stringify(value)}`);
    }
    yield* this.searchRuns(`tags.\`${key}\` = '${value}'`, contract.limits.runsPerJob);
  }

  /**
   * The runs with a tag that holds the address of a dataset.
   */
  async *findRunsOfDataset(key: string, md5: string): AsyncGenerator<Run> {
    if (!pattern('dvcHash').test(md5)) {
      throw new Error(`a run can only be searched by the address of a dataset, got ${JSON.stringify(md5)}`);
    }
    for await (const run of this.searchRuns(`tags.\`${key}\` LIKE '%@${md5}%'`, contract.limits.runsPerJob)) {
      // the address of a file is also the beginning of that of a directory.
      if ((run.tags[key] ?? '').split('\n').some((address) => address.endsWith(`@${md5}`))) {
        yield run;
      }
    }
  }

  /**
   * All runs that began in a time, deleted ones as well, in whatever experiment they are. When a run began, its logger
   * says.
   *
   * @param end the first moment that is too late
   */
  findRunsStarted(start: Date, end: Date): AsyncGenerator<Run> {
    return this.searchRuns(startedIn(start, end), RUNS_PER_PAGE);
  }

  /**
   * How many versions of models were registered in a time, and are still there.
   *
   * @param end the first moment that is too late
   */
  async countModelVersions(start: Date, end: Date): Promise<number> {
    // MLflow can sort by this time, and not search by it.
    const query = { order_by: 'creation_timestamp DESC', max_results: String(MODEL_VERSIONS_PER_PAGE) };
    let count = 0;
    for await (const { model_versions } of this.pages('GET', 'model-versions/search', query, RegistrationPage)) {
      const times = model_versions.map(({ creation_timestamp }) => creation_timestamp);
      count += times.filter((time) => start.getTime() <= time && time < end.getTime()).length;
      if (times.some((time) => time < start.getTime())) {
        break;
      }
    }
    return count;
  }

  /**
   * A page of the ids of all experiments, deleted ones as well.
   */
  async experiments(page?: string): Promise<MlflowPage<string>> {
    const body = { view_type: 'ALL', max_results: EXPERIMENTS_PER_SEARCH };
    const answer = await this.page('POST', 'experiments/search', body, ExperimentPage, page);
    return { items: answer.experiments.map(({ experiment_id }) => experiment_id), next: nextOf(answer) };
  }

  /**
   * A page of the runs of some experiments that began in a time, deleted ones as well. When a run began, its logger says.
   *
   * @param end the first moment that is too late
   */
  async runs(experimentIds: readonly string[], start: Date, end: Date, page?: string): Promise<MlflowPage<Run>> {
    const body = {
      experiment_ids: experimentIds,
      filter: startedIn(start, end),
      run_view_type: 'ALL',
      order_by: ['attributes.start_time ASC'],
      max_results: RUNS_PER_PAGE,
    };
    const answer = await this.page('POST', 'runs/search', body, RunPage, page);
    return { items: answer.runs.map(toRun), next: nextOf(answer) };
  }

  /**
   * A page of the models of some experiments that name a run and were logged in a time.
   *
   * @param end the first moment that is too late
   */
  async loggedModels(
    experimentIds: readonly string[],
    start: Date,
    end: Date,
    page?: string,
  ): Promise<MlflowPage<LoggedModel>> {
    const body = {
      experiment_ids: experimentIds,
      filter: `creation_timestamp >= ${start.getTime()} AND creation_timestamp < ${end.getTime()}`,
      max_results: MODELS_PER_PAGE,
    };
    const answer = await this.page('POST', 'logged-models/search', body, LoggedModelPage, page);
    return { items: answer.models.map(toLoggedModel).filter(({ runId }) => runId !== ''), next: nextOf(answer) };
  }

  /**
   * A page of the versions of all registered models, the newest first: MLflow can sort by this time, and not search by it.
   */
  async modelVersions(page?: string): Promise<MlflowPage<RegisteredVersion>> {
    const query = { order_by: 'creation_timestamp DESC', max_results: String(MODEL_VERSIONS_PER_PAGE) };
    const answer = await this.page('GET', 'model-versions/search', query, RegisteredVersionPage, page);
    return {
      items: answer.model_versions.map(({ name, version, run_id, source, creation_timestamp, tags }) => ({
        name,
        version,
        runId: run_id || undefined,
        source,
        registeredAt: new Date(creation_timestamp),
        tags: asRecord(tags),
      })),
      next: nextOf(answer),
    };
  }

  /**
   * Writes tags on a run in one call; what is there already under the same keys is replaced.
   */
  async setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.call('POST', 'runs/log-batch', {
      run_id: runId,
      tags: asList(tags),
    });
  }

  /**
   * Tells which datasets a run was given. MLflow takes the same one twice as once.
   */
  async logInputs(runId: string, inputs: readonly DerivedInput[]): Promise<void> {
    await this.call('POST', 'runs/log-inputs', {
      run_id: runId,
      datasets: inputs.map(({ name, digest, sourceType, source, context, tags }) => ({
        dataset: { name, digest, source_type: sourceType, source },
        tags: asList({ ...tags, [INPUT_CONTEXT]: context }),
      })),
    });
  }

  /**
   * The models that name a run as their source. Only MLflow 3 keeps models apart from runs.
   */
  async *findLoggedModels({ id, experimentId }: Pick<Run, 'id' | 'experimentId'>): AsyncGenerator<LoggedModel> {
    // not IN (…), which the earlier servers of MLflow 3 do not know for logged models.
    const body = { experiment_ids: [experimentId], filter: `source_run_id = '${id}'`, max_results: MODELS_PER_PAGE };
    for await (const page of this.pages('POST', 'logged-models/search', body, LoggedModelPage)) {
      yield* page.models.map(toLoggedModel);
    }
  }

  async setLoggedModelTags(modelId: string, tags: RunTags): Promise<void> {
    await this.call('PATCH', `logged-models/${modelId}/tags`, { tags: asList(tags) });
  }

  /**
   * The model versions that name one of the runs, in all registered models.
   */
  async *findModelVersions(runIds: readonly string[]): AsyncGenerator<RunModelVersion> {
    for (let start = 0; start < runIds.length; start += RUNS_PER_SEARCH) {
      const ids = runIds.slice(start, start + RUNS_PER_SEARCH).map((id) => `'${id}'`);
      const query = { filter: `run_id IN (${ids.join(', ')})`, max_results: String(MODELS_PER_PAGE) };
      for await (const page of this.pages('GET', 'model-versions/search', query, ModelVersionPage)) {
        yield* page.model_versions.map(({ name, version, run_id, source, tags }) => ({
          name,
          version,
          runId: run_id,
          source,
          tags: asRecord(tags),
        }));
      }
    }
  }

  /**
   * Writes tags on a model version, one call for each: MLflow has no call for several.
   */
  async setModelVersionTags(
    { name, version }: Pick<RunModelVersion, 'name' | 'version'>,
    tags: RunTags,
  ): Promise<void> {
    for (const [key, value] of Object.entries(tags)) {
      await this.call('POST', 'model-versions/set-tag', { name, version, key, value });
    }
  }

  /**
   * Makes a registered model, unless there is one of this name.
   */
  async createRegisteredModel(name: string): Promise<void> {
    try {
      await this.call('POST', 'registered-models/create', { name });
    } catch (error) {
      if (!(error instanceof MlflowError && error.code === 'RESOURCE_ALREADY_EXISTS')) {
        throw error;
      }
    }
  }

  /**
   * Makes the next version of a registered model.
   *
   * @returns its number
   */
  async createModelVersion({ name, source, runId, modelId }: NewModelVersion): Promise<string> {
    const model = modelId === undefined ? {} : { model_id: modelId };
    const body = { name, source, run_id: runId, ...model };
    return NewVersionAnswer.parse(await this.call('POST', 'model-versions/create', body)).model_version.version;
  }

  async deleteModelVersion({ name, version }: Pick<RunModelVersion, 'name' | 'version'>): Promise<void> {
    await this.call('DELETE', 'model-versions/delete', { name, version });
  }

  /**
   * Ends a run that its job has left open.
   */
  async endRun(runId: string, status: 'FINISHED' | 'FAILED' | 'KILLED', endedAt: Date): Promise<void> {
    await this.call('POST', 'runs/update', { run_id: runId, status, end_time: endedAt.getTime() });
  }

  private async *searchRuns(filter: string, pageSize: number): AsyncGenerator<Run> {
    const experiments = await this.listExperimentIds();
    for (let start = 0; start < experiments.length; start += EXPERIMENTS_PER_SEARCH) {
      const body = {
        experiment_ids: experiments.slice(start, start + EXPERIMENTS_PER_SEARCH),
        filter,
        run_view_type: 'ALL',
        order_by: ['attributes.start_time ASC'],
        max_results: pageSize,
      };
      for await (const page of this.pages('POST', 'runs/search', body, RunPage)) {
        yield* page.runs.map(toRun);
      }
    }
  }

  private async listExperimentIds(): Promise<string[]> {
    const ids: string[] = [];
    const body = { view_type: 'ALL', max_results: EXPERIMENTS_PER_PAGE };
    for await (const page of this.pages('POST', 'experiments/search', body, ExperimentPage)) {
      for (const { experiment_id } of page.experiments) {
        ids.push(experiment_id);
      }
    }
    return ids;
  }

  private async get(path: string, query: Record<string, string>): Promise<unknown> {
    try {
      return await this.call('GET', path, query);
    } catch (error) {
      if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') {
        return undefined;
      }
      throw error;
    }
  }

  private pages<Page extends { next_page_token?: string | undefined }>(
    method: 'GET' | 'POST',
    path: string,
    parameters: Record<string, unknown>,
    schema: z.ZodType<Page>,
  ): AsyncGenerator<Page> {
    return boundedPages(this.followPages(method, path, parameters, schema), nameOfAnswer(path));
  }

  private async *followPages<Page extends { next_page_token?: string | undefined }>(
    method: 'GET' | 'POST',
    path: string,
    parameters: Record<string, unknown>,
    schema: z.ZodType<Page>,
  ): AsyncGenerator<Page> {
    let token: string | undefined;
    do {
      const page = await this.page(method, path, parameters, schema, token);
      yield page;
      token = nextOf(page);
    } while (token);
  }

  private call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    parameters: Record<string, unknown>,
  ): Promise<unknown> {
    return this.limited(() => this.callNow(method, path, parameters));
  }

  private async page<Page>(
    method: 'GET' | 'POST',
    path: string,
    parameters: Record<string, unknown>,
    schema: z.ZodType<Page>,
    token?: string,
  ): Promise<Page> {
    return schema.parse(await this.call(method, path, token ? { ...parameters, page_token: token } : parameters));
  }

  private async callNow(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    parameters: Record<string, unknown>,
  ): Promise<unknown> {
    const body = method === 'GET' ? undefined : JSON.stringify(parameters);
    const { url, headers } = await signMlflowRequest(this.app, this.credentials, {
      method,
      path: `/api/2.0/mlflow/${path}`,
      query: method === 'GET' ? (parameters as Record<string, string>) : {},
      body,
    });
    const { response, text } = await send(path, url, { method, headers, body });
    if (!response.ok) {
      throw new MlflowError(path, response, text);
    }
    return parseAnswer(path, text);
  }
}

async function send(path: string, url: URL, request: RequestInit): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, { ...request, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await boundedText(response, contract.limits.mlflowAnswerBytes, nameOfAnswer(path));
    return { response, text };
  } catch (error) {
    if (error instanceof AnswerTooLarge) {
      throw error;
    }
    // fetch throws a TypeError where the network fails, as if the program were wrong.
    throw new Error(`MLflow does not answer ${path}`, { cause: error });
  }
}

function nextOf({ next_page_token }: { next_page_token?: string | undefined }): string | undefined {
  return next_page_token || undefined;
}

function startedIn(start: Date, end: Date): string {
  return `attributes.start_time >= ${start.getTime()} AND attributes.start_time < ${end.getTime()}`;
}

function parseAnswer(path: string, text: string): unknown {
  try {
    return boundedJson(text, contract.limits.mlflowAnswerContainers, nameOfAnswer(path));
  } catch (error) {
    if (error instanceof AnswerTooLarge) {
      throw error;
    }
    // without the parser's own error, which shows a part of the text: tags and parameters of somebody's runs.
    throw new Error(`MLflow answers ${path} with ${text.length} characters that are no JSON`);
  }
}

function nameOfAnswer(path: string): string {
  return `the answer of MLflow to ${path}`;
}

/**
 * An answer of MLflow that is none of the good ones.
 */
export class MlflowError extends HttpError {
  override readonly name = 'MlflowError';
  readonly code: string | undefined;

  constructor(path: string, { status, headers }: Pick<Response, 'status' | 'headers'>, text: string) {
    // not its message, which repeats names that strangers gave to models.
    const code = errorCode(text);
    super(`MLflow answers ${path} with HTTP ${status}, ${code ?? 'and no error code'}`, {
      status,
      retryAfterSeconds: retryAfterSeconds(headers.get('retry-after'), new Date()),
    });
    this.code = code;
  }

  /** What stands in front of MLflow may say for a while that there is nothing; only MLflow itself has error codes. */
  override get isRefusal(): boolean {
    return this.code !== undefined && super.isRefusal;
  }
}

function errorCode(text: string): string | undefined {
  try {
    return z.object({ error_code: z.string().regex(/^[A-Z_]{1,64}$/) }).parse(JSON.parse(text)).error_code;
  } catch {
    // a proxy in front of MLflow answers in words of its own; then there is no code.
    return undefined;
  }
}

// clients before MLflow 3 name the models of a run in this tag, later ones among its outputs.
const MODELS_BEFORE_MLFLOW_3 = 'mlflow.log-model.history';
// what MLflow's own clients and pages call the context of an input.
const INPUT_CONTEXT = 'mlflow.data.context';

function asRecord(tags: readonly z.infer<typeof Tag>[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

function asList(tags: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function toVersion({ name, version, run_id, creation_timestamp }: z.infer<typeof Version>): ModelVersion {
  return { name, version, runId: run_id || undefined, registeredAt: new Date(creation_timestamp) };
}

function toRun({ info, data, inputs, outputs }: z.infer<typeof MlflowRun>): Run {
  const tags = asRecord(data.tags);
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    status: info.status,
    startedAt: new Date(info.start_time),
    deleted: info.lifecycle_stage === 'deleted',
    hasModel: outputs.model_outputs.length > 0 || MODELS_BEFORE_MLFLOW_3 in tags,
    tags,
    parameters: asRecord(data.params),
    metrics: Object.fromEntries(data.metrics.map(({ key, value }) => [key, String(value)])),
    artifactLocation: info.artifact_uri,
    datasets: inputs.dataset_inputs.map(({ dataset, tags }) => ({
      sourceType: dataset.source_type,
      source: dataset.source,
      context: asRecord(tags)[INPUT_CONTEXT],
    })),
  };
}

function toLoggedModel({ info }: z.infer<typeof LoggedModelPage>['models'][number]): LoggedModel {
  return {
    id: info.model_id,
    runId: info.source_run_id,
    loggedAt: new Date(info.creation_timestamp_ms),
    artifactLocation: info.artifact_uri,
    tags: asRecord(info.tags),
  };
}
