import type { z } from 'zod';
import { contract } from '../contract';
import type { DatasetStatement } from '../evidence/statement';
import type { TrainingPredicate } from '../evidence/training-predicate';
import type { JobSetup } from './attestation';
import type { ClaimedMaker, Derivation, ProcessingJobIdentity } from './derivation';
import type { Disagreement } from './disagreements';

/**
 * A statement about the data that a processing job published, where it is stored.
 */
export interface StoredDataset {
  readonly key: string;
  readonly sha256: string;
  readonly statement: z.infer<typeof DatasetStatement>;
}

/**
 * Where statements about datasets are found.
 */
export interface DatasetStatements {
  /** The processing job of this name and ARN, and where it hands on; undefined where there is no such job. */
  describeMaker(
    maker: ClaimedMaker,
  ): Promise<{ identity: ProcessingJobIdentity; handoverUri: string | undefined } | undefined>;
  /** The last statement about a processing job, verified. */
  lastStatement(about: ProcessingJobIdentity): Promise<StoredDataset | undefined>;
  /** How long after the training job's end a statement may still come; without it, as long as a statement waits. */
  readonly patienceSeconds?: number;
}

/**
 * What comparing a training job's data with the statement about the dataset came to.
 */
export interface DatasetComparison {
  /** null where there is no statement to compare with. */
  readonly citation: z.infer<typeof TrainingPredicate>['datasetStatement'];
  readonly difference?: Disagreement;
}

type Recorded = Extract<Derivation, { status: 'recorded' | 'verified' }>;

const NOTHING_TO_CITE: DatasetComparison = { citation: null };

/**
 * Finds the statement about the dataset that a training job was given, and compares the two.
 *
 * Which processing job published the dataset is what lineage.json says: it is believed only if that job's configuration
 * puts what it hands on where the training job mounts it.
 *
 * @throws Error where the statement may still come: the two jobs are derived apart, in any order
 */
export async function citeDataset(
  derivation: Derivation,
  job: { readonly setup: JobSetup; readonly endedAt: Date },
  statements: DatasetStatements,
  now: Date,
): Promise<DatasetComparison> {
  if (derivation.status === 'unresolved' || derivation.status === 'conflict' || !derivation.madeBy) {
    return NOTHING_TO_CITE;
  }
  const maker = await statements.describeMaker(derivation.madeBy);
  if (!maker) {
    return NOTHING_TO_CITE;
  }
  if (!isSameFolder(maker.handoverUri, job.setup.handoverUri)) {
    const explanation = 'lineage.json names a processing job that is not configured to write it';
    return { citation: null, difference: { code: 'handover-differs', explanation } };
  }
  const stored = await statements.lastStatement(maker.identity);
  if (!stored) {
    requireLate(job.endedAt, now, maker.identity, statements.patienceSeconds);
    return NOTHING_TO_CITE;
  }
  const { key, sha256, statement } = stored;
  const citation = { value: { key, sha256 }, source: { api: 'lineage:evidence' }, at: now.toISOString() } as const;
  const explanation = differenceOf(derivation, statement.predicate);
  return explanation === undefined
    ? { citation }
    : { citation, difference: { code: 'dataset-statement-differs', explanation } };
}

function isSameFolder(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.replace(/\/$/, '') === other?.replace(/\/$/, '');
}

function requireLate(
  endedAt: Date,
  now: Date,
  { name }: ProcessingJobIdentity,
  patienceSeconds: number = contract.limits.datasetStatementWaitSeconds,
): void {
  const seconds = (now.getTime() - endedAt.getTime()) / 1000;
  if (seconds < patienceSeconds) {
    throw new Error(
      `there is no statement about the processing job ${name} yet, ${Math.round(seconds)} seconds after the training job ended; it is waited for ${patienceSeconds} seconds`,
    );
  }
}

function differenceOf(derivation: Recorded, stated: StoredDataset['statement']['predicate']): string | undefined {
  const { outcome, data } = stated;
  if (!data || 'reasons' in outcome) {
    const codes = 'reasons' in outcome ? outcome.reasons.map(({ code }) => code).join(', ') : 'no data';
    return `the statement about the dataset is itself ${outcome.status}: ${codes}`;
  }
  const { dataRepository, dataRevision, dataCommit } = data.resolution.value;
  if (dataRepository !== derivation.configured.dataRepository) {
    return 'the dataset was published to another data repository';
  }
  if (dataRevision !== derivation.configured.dataRevision) {
    return `the dataset was published as ${dataRevision}, the job was given ${derivation.configured.dataRevision}`;
  }
  if (dataCommit !== derivation.dataCommit) {
    return `${dataRevision} was the data commit ${dataCommit} when the dataset was published, and is ${derivation.dataCommit} now`;
  }
  const published = new Map(data.datasets.map((dataset) => [dataset.path, dataset]));
  for (const { path, md5, treeSha256 } of derivation.datasets) {
    const dataset = published.get(path);
    published.delete(path);
    if (dataset?.md5 !== md5) {
      return `${path} was published as ${dataset?.md5 ?? 'none'}, the job was given ${md5}`;
    }
    const tree = dataset.tree?.value.sha256;
    if (tree !== undefined && treeSha256 !== undefined && tree !== treeSha256) {
      return `the files of ${path} had the digest ${tree} when they were published, and ${treeSha256} in the job`;
    }
  }
  const [left] = published.keys();
  return left === undefined ? undefined : `${left} was published, but the job was not given it`;
}
