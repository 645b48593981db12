import type { LoggedModel } from '../chain/job-models';
import { pageInExperiments } from './experiment-pages';
import type { Phase } from './phase';
import { lookAtModel } from './tagged-models';

/**
 * Logged models of the platform's jobs without the tags of their job.
 */
export const loggedModels: Phase<LoggedModel> = {
  list: ({ since, until, page }, { pages }) =>
    pageInExperiments(pages, page, (ids, more) => pages.loggedModels(ids, new Date(since), new Date(until), more)),
  key: ({ id }) => id,
  look: ({ id, runId, tags }, walk, estate) =>
    lookAtModel(
      {
        subject: `mlflow:logged-model/${id}`,
        runId,
        tags,
        untagged: 'model-without-tags',
        isAmong: (models) => models.loggedModels.some((other) => other.id === id),
      },
      walk,
      estate,
    ),
};
