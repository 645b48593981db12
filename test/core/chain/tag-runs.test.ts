import type { Derivation } from '../../../core/chain/derivation';
import { readDerivation } from '../../../core/chain/read-derivation';
import { type DescribedJob, type Runs, type TaggedRun, tagRuns } from '../../../core/chain/tag-runs';

const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
const identity = {
  arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
  name: 'train-1',
  createdAt: '2026-01-02T03:04:05.000Z',
};
const job: DescribedJob = {
  identity,
  endedAt: new Date('2026-01-02T03:10:00Z'),
  configuredRepository: 'https://git.example.com/team/data.git',
  configuredRevision: 'v1',
  mlflowRunId: undefined,
};
const derivation: Derivation = {
  version: 1,
  platform: 'demo',
  job: identity,
  assurance: 'configured',
  configured: { dataRepository: 'https://git.example.com/team/data.git', dataRevision: 'v1' },
  status: 'recorded',
  dataCommit: COMMIT,
  datasets: [{ path: 'a', md5: '0cc175b9c0f1b6a831c399e269772661' }],
  notCompared: ['run-claims'],
};
const run = (id: string, more: Partial<TaggedRun> = {}): TaggedRun => ({
  id,
  startedAt: new Date('2026-01-02T03:05:00Z'),
  deleted: false,
  hasModel: false,
  tags: { 'sagemaker.training_job_name': 'train-1' },
  ...more,
});

/** an MLflow that keeps what is written, and counts the writing. */
function mlflow(...initial: TaggedRun[]) {
  const kept = new Map(initial.map((item) => [item.id, item]));
  const writes: string[] = [];
  const runs: Runs = {
    getRun: async (id) => kept.get(id),
    findRunsByTag: async (key, value) => [...kept.values()].filter(({ tags }) => tags[key] === value),
    setTags: async (id, tags) => {
      const before = kept.get(id);
      if (before) {
        kept.set(id, { ...before, tags: { ...before.tags, ...tags } });
      }
      writes.push(id);
    },
  };
  return { runs, writes, tagsOf: (id: string) => kept.get(id)?.tags ?? {} };
}

test('every run of the job gets the data commit', async () => {
  const { runs, tagsOf } = mlflow(run('parent'), run('child'), run('other', { tags: {} }));
  await tagRuns(derivation, job, runs, 'x');
  expect(tagsOf('parent')).toMatchObject({ data_git_commit_id: COMMIT });
  expect(tagsOf('child')).toMatchObject({ data_git_commit_id: COMMIT });
  expect(tagsOf('other')).toEqual({});
});

test('the second time writes nothing', async () => {
  const { runs, writes } = mlflow(run('one'));
  await tagRuns(derivation, job, runs, 'x');
  await tagRuns(derivation, job, runs, 'x');
  expect(writes).toEqual(['one']);
});

test('a run that the service names is tagged even if it names no job', async () => {
  const { runs, tagsOf } = mlflow(run('service', { tags: {} }));
  await tagRuns(derivation, { ...job, mlflowRunId: 'service' }, runs, 'x');
  expect(tagsOf('service')).toMatchObject({ data_git_commit_id: COMMIT });
});

test.each<[what: string, more: Partial<TaggedRun>]>([
  ['that started before the job was made', { startedAt: new Date('2026-01-02T03:00:00Z') }],
  ['that started after the job had ended', { startedAt: new Date('2026-01-02T03:10:01Z') }],
  [
    'that names a job of another account',
    {
      tags: {
        'sagemaker.training_job_name': 'train-1',
        'sagemaker.training_job_arn': 'arn:aws:sagemaker:us-east-1:999999999999:training-job/train-1',
      },
    },
  ],
  ['that was deleted', { deleted: true }],
])('a run %s is not of this job, and the message is parked', async (_what, more) => {
  const { runs, writes } = mlflow(run('one', more));
  await expect(tagRuns(derivation, job, runs, 'x')).rejects.toMatchObject({ reason: 'run-not-found' });
  expect(writes).toEqual([]);
});

test.each<[what: string, change: Partial<DescribedJob>]>([
  ['made anew under its name', { identity: { ...identity, createdAt: '2026-01-03T00:00:00.000Z' } }],
  ['with another revision', { configuredRevision: 'v2' }],
  ['with another repository', { configuredRepository: 'https://git.example.com/team/other.git' }],
])('a derivation is not written for a job %s', async (_what, change) => {
  const { runs, writes } = mlflow(run('one'));
  await expect(tagRuns(derivation, { ...job, ...change }, runs, 'x')).rejects.toMatchObject({ reason: 'job-changed' });
  expect(writes).toEqual([]);
});

describe('reading a derivation from a message', () => {
  test('takes what fits the schema', () => {
    expect(readDerivation(JSON.stringify(derivation), 'demo')).toEqual(derivation);
  });

  test.each<[what: string, body: string, reason: string]>([
    ['text that is no JSON', '{', 'malformed-message'],
    ['a commit that is none', JSON.stringify({ ...derivation, dataCommit: 'main' }), 'malformed-message'],
    ['a key that is unknown', JSON.stringify({ ...derivation, signed: true }), 'malformed-message'],
    [
      'a recorded derivation without its commit',
      JSON.stringify({ ...derivation, dataCommit: undefined }),
      'malformed-message',
    ],
    [
      'an ARN that is none',
      JSON.stringify({ ...derivation, job: { ...identity, arn: "x' OR 1" } }),
      'malformed-message',
    ],
    ['another platform', JSON.stringify({ ...derivation, platform: 'other' }), 'foreign-message'],
  ])('parks %s', (_what, body, reason) => {
    expect(() => readDerivation(body, 'demo')).toThrow(expect.objectContaining({ reason }));
  });
});
