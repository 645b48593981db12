import { contract, pattern } from '../contract';
import { findJobModels, type LoggedModel, type Models, type RunModelVersion } from './job-models';
import { findJobRuns } from './job-runs';
import { primaryRun } from './primary-run';
import type { DescribedJob, Runs, TaggedRun } from './tag-runs';

/**
 * A training job that left a model.
 */
export type TrainedJob = Pick<DescribedJob, 'identity' | 'endedAt' | 'mlflowRunId'> & { readonly modelUri: string };

/**
 * The part of MLflow that registration needs.
 */
export interface Registry
  extends Pick<Runs, 'getRun' | 'findRunsByTag'>,
    Pick<Models, 'findLoggedModels' | 'findModelVersions'> {
  /** Makes a registered model, unless there is one of this name. */
  createRegisteredModel(name: string): Promise<void>;
  /** Makes the next version of a registered model. */
  createModelVersion(version: NewModelVersion): Promise<string>;
  deleteModelVersion(version: Pick<RunModelVersion, 'name' | 'version'>): Promise<void>;
}

export interface NewModelVersion {
  readonly name: string;
  readonly source: string;
  readonly runId: string;
  /** the logged model that it is of, where the run has one. */
  readonly modelId: string | undefined;
}

export interface Registration {
  readonly runId: string;
  readonly version: string;
  readonly isNew: boolean;
}

/**
 * Registers the model of a training job, unless its script or another call has done so: a run has at most one version of
 * a registered model from here, however often and at however many places at once this is done.
 */
export async function registerModel(
  name: string,
  modelUri: string,
  job: TrainedJob,
  registry: Registry,
): Promise<Registration> {
  if (!pattern('registeredModelName').test(name)) {
    throw new Error(`the registered model must have a name without slashes and colons, got ${JSON.stringify(name)}`);
  }
  if (modelUri !== job.modelUri) {
    throw new Error(`the model of ${job.identity.name} is ${job.modelUri}, not ${JSON.stringify(modelUri)}`);
  }
  const { runs } = await findJobRuns(job, registry);
  const primary = primaryRun(runs);
  if (!primary) {
    throw new Error(
      `no run names the job ${job.identity.name} in its tag ${contract.claimTags.trainingJobName}; has its script logged to MLflow?`,
    );
  }
  const { loggedModels, versions } = await findJobModels(runs, job, registry);
  const there = versionOf(versions, name, primary);
  if (there) {
    return { ...there, isNew: false };
  }
  await registry.createRegisteredModel(name);
  const own = await registry.createModelVersion(newVersion(name, primary, loggedModels, job));
  return await settle({ name, version: own }, primary, job, registry);
}

// whoever else registered the model of this run at the same time sees the same versions, and settles on the same one.
async function settle(
  own: Pick<RunModelVersion, 'name' | 'version'>,
  run: TaggedRun,
  job: TrainedJob,
  registry: Registry,
): Promise<Registration> {
  const { versions } = await findJobModels([run], job, registry);
  const settled = versionOf(versions, own.name, run);
  if (!settled || settled.version === own.version) {
    return { runId: run.id, version: own.version, isNew: true };
  }
  await registry.deleteModelVersion(own);
  return { ...settled, isNew: false };
}

// a script that logs several models registers the one it chose, which may be of another run than the last.
function versionOf(versions: readonly RunModelVersion[], name: string, primary: TaggedRun) {
  const named = versions.filter((version) => version.name === name).sort((a, b) => number(a) - number(b));
  const runId = named.some((version) => version.runId === primary.id) ? primary.id : named.at(-1)?.runId;
  const first = named.find((version) => version.runId === runId);
  return first && { runId: first.runId, version: first.version };
}

const number = ({ version }: RunModelVersion) => Number(version);

function newVersion(
  name: string,
  run: TaggedRun,
  loggedModels: readonly LoggedModel[],
  { modelUri }: TrainedJob,
): NewModelVersion {
  const [model] = loggedModels
    .filter(({ runId }) => runId === run.id)
    .sort((a, b) => b.loggedAt.getTime() - a.loggedAt.getTime() || (a.id < b.id ? -1 : 1));
  return {
    name,
    runId: run.id,
    source: model ? `models:/${model.id}` : modelUri,
    modelId: model?.id,
  };
}
