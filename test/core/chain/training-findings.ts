import type { z } from 'zod';
import type { Derivation } from '../../../core/chain/derivation';
import type { StoredTraining } from '../../../core/chain/run-tags';
import type { DescribedJob, TaggedRun } from '../../../core/chain/tag-runs';
import type { TrainingDraft } from '../../../core/chain/training-draft';
import { composeStatement, type TrainingStatement } from '../../../core/evidence/statement';

export const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
export const TREE = 'a'.repeat(64);
export const NOW = new Date('2026-01-02T03:12:00.000Z');

export const identity = {
  arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
  name: 'train-1',
  createdAt: '2026-01-02T03:04:05.000Z',
};

export const job: DescribedJob = {
  identity,
  status: 'Completed',
  roleArn: 'arn:aws:iam::111122223333:role/training',
  image: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312',
  setup: { entrypoint: [], arguments: [], channels: new Map(), completed: true },
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
} satisfies Derivation;

const { datasets: _datasets, dataCommit: _commit, notCompared: _items, ...unresolvedCommon } = derivation;
export const unresolved: Derivation = {
  ...unresolvedCommon,
  status: 'unresolved',
  reason: 'revision-not-found',
  explanation: 'there is no tag "v1"',
};

export function run(id: string, more: Partial<TaggedRun> = {}): TaggedRun {
  return {
    id,
    startedAt: new Date('2026-01-02T03:05:00Z'),
    deleted: false,
    hasModel: false,
    status: 'FINISHED',
    tags: { 'sagemaker.training_job_name': 'train-1' },
    parameters: {},
    metrics: {},
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

/** A statement as if it had been kept as the first of its chain. */
export function stored(draft: TrainingDraft): StoredTraining {
  const position = { sequence: 1, previous: null, recordedAt: NOW.toISOString() };
  const statement = composeStatement(draft, position) as z.infer<typeof TrainingStatement>;
  return { key: 'demo/training-job/train-1/20260102T030405.000Z/000001.json', sha256: 'c'.repeat(64), statement };
}
