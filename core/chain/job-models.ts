import { contract } from '../contract';
import type { RunTags } from './run-tags';
import type { DescribedJob, TaggedRun } from './tag-runs';
import { take } from './take';

/**
 * A model that was logged to a run, as MLflow 3 keeps it.
 */
export interface LoggedModel {
  readonly id: string;
  readonly runId: string;
  /** by the clock of MLflow's server. */
  readonly loggedAt: Date;
  readonly artifactLocation: string;
  readonly tags: RunTags;
}

/**
 * A version in MLflow's model registry that names a run.
 */
export interface RunModelVersion {
  readonly name: string;
  readonly version: string;
  readonly runId: string;
  /** where its bytes are, as whoever registered it says. */
  readonly source: string;
  readonly tags: RunTags;
}

/**
 * The part of MLflow that tagging models needs. What is found comes page by page, as far as it is asked for.
 */
export interface Models {
  findLoggedModels(run: Pick<TaggedRun, 'id' | 'experimentId'>): AsyncIterable<LoggedModel>;
  findModelVersions(runIds: readonly string[]): AsyncIterable<RunModelVersion>;
  setLoggedModelTags(modelId: string, tags: RunTags): Promise<void>;
  setModelVersionTags(version: Pick<RunModelVersion, 'name' | 'version'>, tags: RunTags): Promise<void>;
}

/**
 * The models of a job, as far as their number is dealt with.
 */
export interface JobModels {
  readonly loggedModels: readonly LoggedModel[];
  readonly versions: readonly RunModelVersion[];
  /** how many name a run of the job and are not from it. */
  readonly foreign: number;
  /** whether there are more than are looked at. */
  readonly areMore: boolean;
}

/**
 * Finds the models that a job made, and what was registered of them, at any time.
 */
export async function findJobModels(
  runs: readonly TaggedRun[],
  job: Pick<DescribedJob, 'identity' | 'endedAt' | 'modelUri'>,
  models: Pick<Models, 'findLoggedModels' | 'findModelVersions'>,
): Promise<JobModels> {
  const logged = await take(loggedTo(runs, models), contract.limits.loggedModelsPerJob);
  const ownModels = logged.items.filter(({ loggedAt }) => isDuring(job, loggedAt));
  const registered = await take(
    runs.length > 0 ? models.findModelVersions(runs.map(({ id }) => id)) : none(),
    contract.limits.modelVersionsPerJob,
  );
  const ownVersions = registered.items.filter((version) => isFrom(version, runs, ownModels, job.modelUri));
  return {
    loggedModels: ownModels,
    versions: ownVersions,
    foreign: logged.items.length - ownModels.length + registered.items.length - ownVersions.length,
    areMore: logged.areMore || registered.areMore,
  };
}

async function* loggedTo(
  runs: readonly TaggedRun[],
  models: Pick<Models, 'findLoggedModels'>,
): AsyncIterable<LoggedModel> {
  for (const run of runs) {
    yield* models.findLoggedModels(run);
  }
}

async function* none(): AsyncIterable<never> {}

// whoever may log to the app may name any run as the source of a model.
function isDuring({ identity, endedAt }: Pick<DescribedJob, 'identity' | 'endedAt'>, moment: Date): boolean {
  return moment >= new Date(identity.createdAt) && moment <= endedAt;
}

// the registry takes any run together with any source, so the run alone says nothing of the bytes.
function isFrom(
  { runId, source }: RunModelVersion,
  runs: readonly TaggedRun[],
  loggedModels: readonly LoggedModel[],
  modelUri: string | undefined,
): boolean {
  const ofRun = loggedModels.filter((model) => model.runId === runId);
  const locations = [
    `runs:/${runId}`,
    ...runs.filter(({ id }) => id === runId).map(({ artifactLocation }) => artifactLocation),
    ...ofRun.map(({ artifactLocation }) => artifactLocation),
  ];
  return (
    // what the job itself left in S3, as the model-registrar names it.
    source === modelUri ||
    ofRun.some(({ id }) => source === `models:/${id}`) ||
    locations.some((location) => isWithin(source, location))
  );
}

function isWithin(source: string, location: string): boolean {
  const isPlain = !/(^|\/)\.\.?(\/|$)|[%?#\\]/.test(source);
  return isPlain && location !== '' && source.startsWith(`${location.replace(/\/$/, '')}/`);
}
