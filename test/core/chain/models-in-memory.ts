import type { LoggedModel, Models, RunModelVersion } from '../../../core/chain/job-models';
import type { RunTags } from '../../../core/chain/run-tags';
import type { TaggedRun } from '../../../core/chain/tag-runs';

/** An MLflow that keeps models and what is written on them, and may be away when it is written on. */
export class ModelsInMemory implements Models {
  readonly writes: string[] = [];
  /** how many more writes go well. */
  writesLeft = Number.POSITIVE_INFINITY;
  /** how many models were handed out. */
  handedOut = 0;

  constructor(
    private readonly loggedModels: LoggedModel[] = [],
    private readonly versions: RunModelVersion[] = [],
  ) {}

  async *findLoggedModels({ id }: Pick<TaggedRun, 'id'>): AsyncIterable<LoggedModel> {
    for (const model of this.loggedModels.filter(({ runId }) => runId === id)) {
      this.handedOut += 1;
      yield model;
    }
  }

  async *findModelVersions(runIds: readonly string[]): AsyncIterable<RunModelVersion> {
    for (const version of this.versions.filter(({ runId }) => runIds.includes(runId))) {
      this.handedOut += 1;
      yield version;
    }
  }

  async setLoggedModelTags(modelId: string, tags: RunTags): Promise<void> {
    this.write(modelId);
    this.merge(this.loggedModels, ({ id }) => id === modelId, tags);
  }

  async setModelVersionTags(
    { name, version }: Pick<RunModelVersion, 'name' | 'version'>,
    tags: RunTags,
  ): Promise<void> {
    // one call for each tag, as with the real one: what was written before a failure stays.
    for (const [key, value] of Object.entries(tags)) {
      this.write(`${name}/${version} ${key}`);
      this.merge(this.versions, (it) => it.name === name && it.version === version, { [key]: value });
    }
  }

  register(version: RunModelVersion): void {
    this.versions.push(version);
  }

  tagsOfModel(modelId: string): RunTags {
    return this.loggedModels.find(({ id }) => id === modelId)?.tags ?? {};
  }

  tagsOfVersion(version: string): RunTags {
    return this.versions.find((it) => it.version === version)?.tags ?? {};
  }

  private write(what: string): void {
    if (this.writesLeft === 0) {
      throw new Error('MLflow is away');
    }
    this.writesLeft -= 1;
    this.writes.push(what);
  }

  private merge<T extends { tags: RunTags }>(items: T[], isMeant: (item: T) => boolean, tags: RunTags): void {
    items.forEach((item, index) => {
      if (isMeant(item)) {
        items[index] = { ...item, tags: { ...item.tags, ...tags } };
      }
    });
  }
}
