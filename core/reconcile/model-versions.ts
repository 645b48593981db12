import type { RegisteredVersion } from '../mlflow/mlflow-pages';
import { OF_OTHERS } from './gap';
import type { Phase } from './phase';
import { lookAtModel } from './tagged-models';
import { isInWindow } from './walk';

/**
 * Versions of registered models of the platform's jobs without the tags of their job: also those of a job of long ago.
 */
export const modelVersions: Phase<RegisteredVersion> = {
  async list(walk, { pages }) {
    const { items, next } = await pages.modelVersions(walk.page);
    const isBefore = items.some(({ registeredAt }) => registeredAt < new Date(walk.since));
    const within = items.filter(({ registeredAt }) => isInWindow(registeredAt, walk));
    return { items: within, ...(isBefore || next === undefined ? {} : { next }) };
  },
  // a name may be longer than a place can be.
  key: ({ name, version }) => `${version} ${name}`.slice(0, 1024),
  look: async ({ name, version, runId, tags }, walk, estate) =>
    runId === undefined
      ? OF_OTHERS
      : lookAtModel(
          {
            subject: `models:/${name}/${version}`,
            runId,
            tags,
            untagged: 'version-without-tags',
            isAmong: ({ versions }) => versions.some((other) => other.name === name && other.version === version),
          },
          walk,
          estate,
        ),
};
