import { contract } from '../contract';
import { canonicalJson } from '../evidence/canonical-json';
import { sha256 } from '../evidence/digest';
import { DVC_SOURCE_TYPE, readDvcSource } from './dvc-source';
import { addressOf, evidenceReference, type StoredTraining } from './run-tags';
import type { TaggedRun } from './tag-runs';

// @see https://github.com/mlflow/mlflow/blob/v3.10.0/mlflow/utils/validation.py
const LONGEST_NAME = 500;
const DIGEST_LENGTH = 36;

/**
 * A dataset as MLflow takes it for the input of a run.
 */
export interface DerivedInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  /** by which it is known as ours when the run is looked at again. */
  readonly context: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The part of MLflow that telling a run's inputs needs.
 */
export interface RunInputs {
  logInputs(runId: string, inputs: readonly DerivedInput[]): Promise<void>;
}

type StatedData = NonNullable<StoredTraining['statement']['predicate']['data']>;

/**
 * The datasets that a stored statement names, for a run that does not name one of them already.
 *
 * An input cannot be taken back, so a conflict gives none.
 */
export function derivedInputs(run: TaggedRun, stored: StoredTraining): DerivedInput[] {
  const { data, outcome } = stored.statement.predicate;
  if (!data || (outcome.status !== 'verified' && outcome.status !== 'recorded') || hasInputOf(data, run)) {
    return [];
  }
  return data.datasets
    .slice(0, contract.limits.datasetInputsPerRun)
    .map((dataset) => inputOf(data.resolution.value, dataset, evidenceReference(stored)));
}

function hasInputOf({ resolution, datasets }: StatedData, run: TaggedRun): boolean {
  const addresses = new Set(datasets.map(addressOf));
  return run.datasets.some((given) => {
    const source = readDvcSource(given);
    return source?.commit === resolution.value.dataCommit && addresses.has(addressOf(source));
  });
}

function inputOf(
  { dataRepository, dataRevision, dataCommit }: StatedData['resolution']['value'],
  { path, md5, tree }: StatedData['datasets'][number],
  evidence: string,
): DerivedInput {
  const source = canonicalJson({
    repository: dataRepository,
    revision: dataRevision,
    commit: dataCommit,
    path,
    md5,
    ...(tree ? { tree_digest: `sha256:${tree.value.sha256}` } : {}),
  });
  return {
    name: path.slice(0, LONGEST_NAME),
    // an experiment keeps the first source of each name and digest: another source needs another digest.
    digest: sha256(source).slice(0, DIGEST_LENGTH),
    sourceType: DVC_SOURCE_TYPE,
    source,
    context: contract.inputContexts.derived,
    tags: { [contract.runTags.evidence]: evidence },
  };
}
