import { contract } from '../contract';
import { objectKey } from '../dvc/remote-layout';
import { sha256 } from '../evidence/digest';
import type { ResolvedDataset } from '../evidence/resolved-data';
import type { StoredDataset } from './dataset-citation';
import { addressOf, evidenceReference, type StoredTraining } from './run-tags';

type Stored = StoredDataset | StoredTraining;

/**
 * What an edge of SageMaker's lineage graph says.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddAssociation.html
 */
export type GraphRelation = 'AssociatedWith' | 'ContributedTo' | 'Produced';

/**
 * A dataset as it stands in the graph: by its address in the DVC remote, which is that of its content. The same data at
 * two commits, or at two paths, is one node.
 */
export interface DatasetNode {
  readonly name: string;
  readonly sourceUri: string;
  readonly md5: string;
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * What a statement about a job adds to SageMaker's lineage graph.
 */
export interface GraphPlan {
  readonly job: { readonly arn: string; readonly createdAt: string };
  readonly datasets: readonly DatasetNode[];
  /** between the job and each dataset. */
  readonly relation: GraphRelation;
  readonly jobIs: 'source' | 'destination';
  /** those to whose nodes the job leads, where they have any. */
  readonly runIds: readonly string[];
}

/**
 * Plans what a stored statement adds to SageMaker's lineage graph: nothing that was not checked.
 *
 * An edge has no status, and SageMaker shows each as a fact. So a statement in which two sources disagree, or that leads
 * to no data, adds none.
 *
 * @param remoteUrl the DVC remote that the objects of a training job's datasets were looked up in
 */
export function planGraph(stored: Stored, remoteUrl: string): GraphPlan | undefined {
  const { about, data, outcome } = stored.statement.predicate;
  if (!data || (outcome.status !== 'recorded' && outcome.status !== 'verified')) {
    return undefined;
  }
  const job = { arn: about.arn, createdAt: about.createdAt };
  if (isAboutTraining(stored)) {
    const runIds = stored.statement.predicate.runs.value.map(({ runId }) => runId);
    const datasets = nodesOf(stored, data.datasets, remoteUrl);
    return { job, datasets, relation: 'ContributedTo', jobIs: 'destination', runIds };
  }
  const url = stored.statement.predicate.remote?.value.url ?? remoteUrl;
  // that the job made what its revision stands for, only a job of our toolkit shows.
  const relation = outcome.assurance === 'attested' ? 'Produced' : 'AssociatedWith';
  return { job, datasets: nodesOf(stored, data.datasets, url), relation, jobIs: 'source', runIds: [] };
}

function isAboutTraining(stored: Stored): stored is StoredTraining {
  return 'runs' in stored.statement.predicate;
}

function nodesOf(stored: Stored, datasets: readonly ResolvedDataset[], remoteUrl: string): DatasetNode[] {
  const byMd5 = new Map<string, ResolvedDataset[]>();
  for (const dataset of datasets) {
    // objects of DVC 2 are elsewhere in the remote, and nobody looked there.
    if (!dataset.legacyHash) {
      byMd5.set(dataset.md5, [...(byMd5.get(dataset.md5) ?? []), dataset]);
    }
  }
  return [...byMd5].map(([md5, same]) => {
    const sourceUri = objectKey(remoteUrl, md5);
    return { name: nameOf(md5, sourceUri), sourceUri, md5, properties: propertiesOf(stored, same) };
  });
}

// a name is unique in the account, and two platforms may have the same data; it knows neither dot nor underscore.
function nameOf(md5: string, sourceUri: string): string {
  return `dvc-${md5.slice(0, 32)}-${sha256(sourceUri).slice(0, 16)}`;
}

function propertiesOf(stored: Stored, datasets: readonly ResolvedDataset[]): DatasetNode['properties'] {
  const { platform, recordedBy, outcome, data } = stored.statement.predicate;
  const names = contract.runTags;
  const properties = {
    [names.dataCommit]: data?.resolution.value.dataCommit,
    [names.dataRepository]: data?.resolution.value.dataRepository,
    [names.dataRevision]: data?.resolution.value.dataRevision,
    [names.dataset]: datasets.map(addressOf).join(', '),
    [names.status]: outcome.status,
    [names.assurance]: outcome.assurance,
    [names.evidence]: evidenceReference(stored),
    [names.platform]: platform,
    [names.recordedBy]: recordedBy,
  };
  return Object.fromEntries(Object.entries(properties).map(([name, value = '']) => [name, bounded(value)]));
}

function bounded(text: string): string {
  const { graphPropertyCharacters } = contract.limits;
  return text.length <= graphPropertyCharacters ? text : `${text.slice(0, graphPropertyCharacters - 1)}…`;
}
