import type { Derivation } from '../chain/derivation';
import { addressOf } from '../chain/run-tags';
import type { TrainingDraft } from '../chain/training-draft';

type Predicate = TrainingDraft['predicate'];

/**
 * How a statement about a training job differs from what is derived of the job now; `undefined` where it does not.
 *
 * What was logged to the runs since is no difference of the data. What is in conflict now, or cannot be found any more,
 * is told by the derivation itself.
 *
 * @param now what a statement would say now; absent where not all that it is made of could be found
 */
export function statementDifference(
  stated: Predicate,
  derivation: Derivation,
  now: Predicate | undefined,
): string | undefined {
  if (derivation.status === 'unresolved') {
    return undefined;
  }
  const { data } = stated;
  if (!data) {
    return `it names no data, and now the data commit ${derivation.dataCommit} is found`;
  }
  const { dataRepository, dataCommit } = data.resolution.value;
  if (dataRepository !== derivation.configured.dataRepository) {
    return `it names the data repository ${dataRepository}, and the job's configuration names another`;
  }
  if (dataCommit !== derivation.dataCommit) {
    return `it names the data commit ${dataCommit}, and now ${derivation.dataCommit} is found`;
  }
  const [before, after] = [data.datasets, derivation.datasets].map((datasets) => new Set(datasets.map(addressOf)));
  const [gone] = [...(before as Set<string>)].filter((address) => !after?.has(address));
  const [added] = [...(after as Set<string>)].filter((address) => !before?.has(address));
  if (gone !== undefined || added !== undefined) {
    return gone !== undefined
      ? `it names the dataset ${gone}, which is not found now`
      : `it does not name the dataset ${added}, which is found now`;
  }
  return trees(stated, now);
}

function trees(stated: Predicate, now: Predicate | undefined): string | undefined {
  const found = new Map(now?.data?.datasets.map((dataset) => [dataset.path, dataset.tree?.value.sha256]));
  const other = stated.data?.datasets.find(({ path, tree }) => {
    const sha256 = found.get(path);
    return tree !== undefined && sha256 !== undefined && tree.value.sha256 !== sha256;
  });
  return other && `it names another digest of the files of ${other.path} than is found now`;
}
