import type { Derivation } from '../../../core/chain/derivation';
import { reconcileTags, runTags } from '../../../core/chain/run-tags';

const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1';

const recorded: Derivation = {
  version: 1,
  platform: 'demo',
  job: { arn: ARN, name: 'Train-1', createdAt: '2026-01-02T03:04:05.000Z' },
  assurance: 'configured',
  configured: { dataRepository: 'https://git.example.com/team/data.git', dataRevision: 'v1' },
  status: 'recorded',
  dataCommit: COMMIT,
  datasets: [
    { path: 'data/train', md5: '14b2c53346e4c151581173b95270ebf2.dir' },
    { path: 'raw.csv', md5: '0cc175b9c0f1b6a831c399e269772661' },
  ],
  notCompared: ['run-claims'],
};

test('a recorded derivation gives the commit and all that it rests on', () => {
  expect(runTags(recorded, 'cdk-ml-lineage/1.2.3')).toEqual({
    data_git_commit_id: COMMIT,
    'lineage.status': 'recorded',
    'lineage.assurance': 'configured',
    'lineage.reason': 'not compared: run-claims',
    'lineage.data_repository': 'https://git.example.com/team/data.git',
    'lineage.data_revision': 'v1',
    'lineage.dataset': 'data/train@14b2c53346e4c151581173b95270ebf2.dir\nraw.csv@0cc175b9c0f1b6a831c399e269772661',
    'lineage.training_job_arn': ARN,
    'lineage.platform': 'demo',
    'lineage.recorded_by': 'cdk-ml-lineage/1.2.3',
  });
});

test('an unresolved derivation gives its reason and no commit', () => {
  const { datasets: _datasets, dataCommit: _commit, notCompared: _not, ...common } = recorded;
  const tags = runTags(
    { ...common, status: 'unresolved', reason: 'revision-not-found', explanation: 'no tag "v1"' },
    'x',
  );
  expect(tags).toMatchObject({ 'lineage.status': 'unresolved', 'lineage.reason': 'revision-not-found: no tag "v1"' });
  expect(tags).not.toHaveProperty('data_git_commit_id');
});

test('no tag is longer than MLflow takes', () => {
  const datasets = Array.from({ length: 200 }, (_, index) => ({
    path: `données/${'x'.repeat(50)}${index}`,
    md5: '0cc175b9c0f1b6a831c399e269772661',
  }));
  const tag = runTags({ ...recorded, datasets }, 'x')['lineage.dataset'] ?? '';
  expect(Buffer.byteLength(tag)).toBeLessThanOrEqual(5000);
  expect(tag).toMatch(/…$/);
});

test('tags that are there already are not written again', () => {
  const tags = runTags(recorded, 'x');
  expect(reconcileTags(tags, { ...tags, 'other.tag': 'kept' })).toEqual({});
});

test('another data commit on the run is left alone, and both are told', () => {
  const theirs = 'f'.repeat(40);
  const written = reconcileTags(runTags(recorded, 'x'), { data_git_commit_id: theirs });
  expect(written).not.toHaveProperty('data_git_commit_id');
  expect(written['lineage.status']).toBe('conflict');
  expect(written['lineage.reason']).toContain(theirs);
  expect(written['lineage.reason']).toContain(COMMIT);
});

test('a data commit on the run that the derivation could not find is a conflict too', () => {
  const { datasets: _datasets, dataCommit: _commit, notCompared: _not, ...common } = recorded;
  const wanted = runTags({ ...common, status: 'unresolved', reason: 'revision-missing', explanation: 'none' }, 'x');
  expect(reconcileTags(wanted, { data_git_commit_id: COMMIT })).toMatchObject({ 'lineage.status': 'conflict' });
});
