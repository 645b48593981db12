import type { Dataset } from '../chain/derivation';
import { type ExaminedTraining, statedTraining } from './examine-training';
import type { Link } from './link';
import type { ListedObjects } from './listed-objects';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * A dataset that a trace has come to, and its objects.
 */
export interface TracedDataset extends Pick<Dataset, 'path' | 'md5' | 'sizeBytes'> {
  readonly dataCommit: string | undefined;
  readonly dataRepository: string | undefined;
  readonly objects: ListedObjects | SourceFailure;
}

type Named = Omit<TracedDataset, 'objects'>;

/**
 * The datasets that training jobs were given: as they are derived, else as the evidence says.
 */
export function datasetsOf(training: ExaminedTraining): Named[] {
  const { derivation } = training;
  if (derivation && !(derivation instanceof SourceFailure) && derivation.status !== 'unresolved') {
    const { dataCommit, configured, datasets } = derivation;
    return datasets.map((dataset) => ({ ...dataset, dataCommit, dataRepository: configured.dataRepository }));
  }
  const data = statedTraining(training)?.data;
  return (data?.datasets ?? []).map((dataset) => ({
    ...dataset,
    dataCommit: data?.resolution.value.dataCommit,
    dataRepository: data?.resolution.value.dataRepository,
  }));
}

/**
 * Finds the objects of datasets, each dataset once.
 */
export async function withObjects(named: readonly Named[], { data }: TraceSources): Promise<TracedDataset[]> {
  const unique = new Map(named.map((dataset) => [`${dataset.dataCommit} ${dataset.path}@${dataset.md5}`, dataset]));
  const traced: TracedDataset[] = [];
  for (const { path, md5, sizeBytes, dataCommit, dataRepository } of unique.values()) {
    const objects = await answerOf(data.objectsOf({ path, md5 }));
    traced.push({ path, md5, ...(sizeBytes === undefined ? {} : { sizeBytes }), dataCommit, dataRepository, objects });
  }
  return traced;
}

/**
 * What keeps the objects of a dataset from being told.
 */
export function objectsLinks({ path, md5, objects }: TracedDataset): Link[] {
  const common = { kind: 'object', value: `${path}@${md5}`, sources: ['S3'] } as const;
  if (objects instanceof SourceFailure) {
    return [failedLink('object', common.value, objects)];
  }
  switch (objects.kind) {
    case 'listed':
      return [];
    case 'too-large': {
      const check = 'its listing is larger than is read; what it names was not told';
      return [{ ...common, outcome: 'not-compared', problem: 'listing-too-large', check }];
    }
    case 'missing':
    case 'malformed': {
      const check = `its listing is ${objects.kind === 'missing' ? 'not in the DVC remote' : 'none that DVC writes'}`;
      return [{ ...common, outcome: 'missing', problem: 'dataset-not-listed', check }];
    }
  }
}
