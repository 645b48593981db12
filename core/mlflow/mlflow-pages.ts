import type { LoggedModel, RunModelVersion } from '../chain/job-models';
import type { TaggedRun } from '../chain/tag-runs';

export interface MlflowPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

export interface RegisteredVersion extends Omit<RunModelVersion, 'runId'> {
  /** where the registry names one. */
  readonly runId: string | undefined;
  readonly registeredAt: Date;
}

/**
 * What an MLflow App holds, page by page, so that somebody else may go on with the next one.
 */
export interface MlflowPages {
  /** all experiments, deleted ones as well. */
  experiments(page?: string): Promise<MlflowPage<string>>;
  /** the runs of some experiments that began in a time, deleted ones as well. */
  runs(experimentIds: readonly string[], start: Date, end: Date, page?: string): Promise<MlflowPage<TaggedRun>>;
  /** the models that name a run and were logged in a time. */
  loggedModels(
    experimentIds: readonly string[],
    start: Date,
    end: Date,
    page?: string,
  ): Promise<MlflowPage<LoggedModel>>;
  /** the versions of all registered models, the newest first. */
  modelVersions(page?: string): Promise<MlflowPage<RegisteredVersion>>;
}
