import type { z } from 'zod';
import type { DatasetComparison, DatasetStatements, StoredDataset } from '../../../core/chain/dataset-citation';
import { datasetDraft } from '../../../core/chain/dataset-draft';
import type { Derivation, ProcessingJobIdentity, TrainingJobIdentity } from '../../../core/chain/derivation';
import type { StoredTraining } from '../../../core/chain/run-tags';
import type { DescribedJob, TaggedRun } from '../../../core/chain/tag-runs';
import type { TrainingDraft } from '../../../core/chain/training-draft';
import { composeStatement, type DatasetStatement, type TrainingStatement } from '../../../core/evidence/statement';

export const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
export const TREE = 'a'.repeat(64);
export const HANDOVER = 's3://artifacts/lineage/abc123';
export const NOW = new Date('2026-01-02T03:12:00.000Z');

export const identity = {
  kind: 'training-job',
  arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
  name: 'train-1',
  createdAt: '2026-01-02T03:04:05.000Z',
} satisfies TrainingJobIdentity;

export const job: DescribedJob = {
  identity,
  status: 'Completed',
  roleArn: 'arn:aws:iam::111122223333:role/training',
  image: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312',
  setup: { entrypoint: [], arguments: [], toolkitUri: undefined, handoverUri: HANDOVER, completed: true },
  modelUri: 's3://artifacts/models/train-1/output/model.tar.gz',
  endedAt: new Date('2026-01-02T03:10:00Z'),
  configuredRepository: 'https://git.example.com/team/data.git',
  configuredRevision: 'v1',
  mlflowRunId: undefined,
};

export const derivation = {
  version: 1,
  platform: 'demo',
  job: identity,
  derivedAt: '2026-01-02T03:11:00.000Z',
  assurance: 'configured',
  configured: { dataRepository: 'https://git.example.com/team/data.git', dataRevision: 'v1' },
  status: 'recorded',
  dataCommit: COMMIT,
  datasets: [{ path: 'a', md5: '0cc175b9c0f1b6a831c399e269772661' }],
  notCompared: ['file-contents', 'run-claims', 'script-input'],
} satisfies Derivation;

/** What is derived of a job that our toolkit ran. */
export const attested = {
  ...derivation,
  assurance: 'attested',
  datasets: [{ path: 'a', md5: '0cc175b9c0f1b6a831c399e269772661', treeSha256: TREE }],
  notCompared: ['run-claims'],
  madeBy: { arn: 'arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1', name: 'Prepare-1' },
} satisfies Derivation;

/** The processing job that published what the training job was given. */
export const maker: ProcessingJobIdentity = {
  kind: 'processing-job',
  ...attested.madeBy,
  createdAt: '2026-01-02T02:00:00.000Z',
};

export const processingJob = { ...job, identity: maker, endedAt: new Date('2026-01-02T02:10:00Z') };

const { madeBy: _madeBy, ...common } = attested;
export const publication = {
  ...common,
  job: maker,
  derivedAt: '2026-01-02T02:11:00.000Z',
  notCompared: ['file-contents'],
} satisfies Derivation;

const { datasets: _datasets, dataCommit: _commit, notCompared: _items, ...unresolvedCommon } = derivation;
export const unresolved = {
  ...unresolvedCommon,
  status: 'unresolved',
  reason: 'revision-not-found',
  explanation: 'there is no tag "v1"',
} satisfies Derivation;

export function run(id: string, more: Partial<TaggedRun> = {}): TaggedRun {
  return {
    id,
    experimentId: '1',
    startedAt: new Date('2026-01-02T03:05:00Z'),
    deleted: false,
    hasModel: false,
    status: 'FINISHED',
    tags: { 'sagemaker.training_job_name': 'train-1' },
    parameters: {},
    metrics: {},
    artifactLocation: `s3://artifacts/1/${id}/artifacts`,
    datasets: [],
    ...more,
  };
}

/** The dataset that `lineage_jobs` logs on a run. */
export function dvcDataset(change: object = {}) {
  const source = { commit: COMMIT, path: 'a', md5: '0cc175b9c0f1b6a831c399e269772661', tree_digest: `sha256:${TREE}` };
  return { sourceType: 'dvc', source: JSON.stringify({ ...source, ...change }) };
}

export const model = {
  object: { bucket: 'artifacts', key: 'models/train-1/output/model.tar.gz', versionId: 'version-1' },
  sha256: 'b'.repeat(64),
  sizeBytes: 100,
  writtenSince: 0,
};

export const firstSeen = { dataCommit: COMMIT, at: '2026-01-02T03:11:00.000Z' };

/** A statement about the dataset as if it had been kept as the first of its chain. */
export function storedDataset(of: Derivation = publication): StoredDataset {
  const findings = { firstSeen: undefined, remoteUrl: 's3://bucket/dvc', at: NOW, recordedBy: 'lineage/1.2.3' };
  const position = { sequence: 1, previous: null, recordedAt: NOW.toISOString() };
  const statement = composeStatement(datasetDraft({ derivation: of, job: processingJob, ...findings }), position);
  return {
    key: 'demo/processing-job/Prepare-1/20260102T020000.000Z/000001.json',
    sha256: 'd'.repeat(64),
    statement: statement as z.infer<typeof DatasetStatement>,
  };
}

/** Evidence that has this statement about the dataset, or none. */
export function statements(last: StoredDataset | undefined = storedDataset()): DatasetStatements {
  return {
    describeMaker: async () => ({ identity: maker, handoverUri: HANDOVER }),
    lastStatement: async () => last,
  };
}

/** What comparing with a statement that says the same comes to. */
export const cited: DatasetComparison = {
  citation: {
    value: { key: storedDataset().key, sha256: storedDataset().sha256 },
    source: { api: 'lineage:evidence' },
    at: NOW.toISOString(),
  },
};

/** A statement as if it had been kept as the first of its chain. */
export function stored(draft: TrainingDraft): StoredTraining {
  const position = { sequence: 1, previous: null, recordedAt: NOW.toISOString() };
  const statement = composeStatement(draft, position) as z.infer<typeof TrainingStatement>;
  return { key: 'demo/training-job/train-1/20260102T030405.000Z/000001.json', sha256: 'c'.repeat(64), statement };
}
