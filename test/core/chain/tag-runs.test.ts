import { readDerivation } from '../../../core/chain/read-derivation';
import type { StoredTraining } from '../../../core/chain/run-tags';
import { type DescribedJob, type TaggedRun, type Tagger, tagRuns } from '../../../core/chain/tag-runs';
import { contract } from '../../../core/contract';
import { ModelsInMemory } from './models-in-memory';
import {
  attested,
  COMMIT,
  statements as datasetStatements,
  derivation,
  dvcDataset,
  firstSeen,
  identity,
  job,
  model,
  NOW,
  publication,
  run,
  stored,
  storedDataset,
} from './training-findings';

/** an MLflow that keeps what is written, evidence that does too, and a count of the writing. */
function tagging(...initial: TaggedRun[]) {
  const kept = new Map(initial.map((item) => [item.id, item]));
  const writes: string[] = [];
  const ended: string[] = [];
  const statements: StoredTraining[] = [];
  const tagger: Tagger = {
    runs: {
      getRun: async (id) => kept.get(id),
      findRunsByTag: async function* (key, value) {
        yield* [...kept.values()].filter(({ tags }) => tags[key] === value);
      },
      setTags: async (id, tags) => {
        const before = kept.get(id);
        if (before) {
          kept.set(id, { ...before, tags: { ...before.tags, ...tags } });
        }
        writes.push(id);
      },
      endRun: async (id, status) => void ended.push(`${id}: ${status}`),
      logInputs: async () => {},
    },
    models: new ModelsInMemory(),
    readModel: async () => model,
    statedModel: async () => statements.at(-1)?.statement.predicate.model ?? undefined,
    firstSeen: async () => firstSeen,
    datasets: datasetStatements(),
    record: async (draft) => {
      const next = stored(draft);
      statements.push(next);
      return next;
    },
    recordedBy: 'lineage/1.2.3',
    now: () => NOW,
  };
  return { tagger, writes, ended, statements, tagsOf: (id: string) => kept.get(id)?.tags ?? {} };
}

test('every run of the job gets the data commit', async () => {
  const { tagger, tagsOf } = tagging(run('parent'), run('child'), run('other', { tags: {} }));
  await tagRuns(derivation, job, tagger);
  expect(tagsOf('parent')).toMatchObject({ data_git_commit_id: COMMIT });
  expect(tagsOf('child')).toMatchObject({ data_git_commit_id: COMMIT });
  expect(tagsOf('other')).toEqual({});
});

test('the second time writes nothing', async () => {
  const { tagger, writes } = tagging(run('one'));
  await tagRuns(derivation, job, tagger);
  await tagRuns(derivation, job, tagger);
  expect(writes).toEqual(['one']);
});

test('the statement comes first: where it cannot be kept, nothing is written on a run', async () => {
  const { tagger, writes } = tagging(run('one'));
  const record = async () => {
    throw new Error('KMS is away');
  };
  await expect(tagRuns(derivation, job, { ...tagger, record })).rejects.toThrow('KMS is away');
  expect(writes).toEqual([]);
});

test('an honest job is verified, and its statement names runs and model', async () => {
  const { tagger, statements, tagsOf } = tagging(run('one', { hasModel: true, datasets: [dvcDataset()] }));
  await tagRuns(attested, job, tagger);
  expect(tagsOf('one')).toMatchObject({ 'lineage.status': 'verified', 'lineage.assurance': 'attested' });
  expect(statements[0]?.statement.predicate).toMatchObject({
    outcome: { status: 'verified' },
    datasetStatement: { value: { key: storedDataset().key, sha256: storedDataset().sha256 } },
    model: { value: { object: model.object, sha256: model.sha256 } },
    runs: { value: [{ runId: 'one' }] },
  });
});

test('a job whose data was published as something else is a conflict that cites the statement about it', async () => {
  const { tagger, statements, tagsOf } = tagging(run('one', { datasets: [dvcDataset()] }));
  const other = storedDataset({ ...publication, dataCommit: 'f'.repeat(40) });
  await tagRuns(attested, job, { ...tagger, datasets: datasetStatements(other) });
  expect(tagsOf('one')).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(/^dataset-statement-differs: v1 was the data commit f{40} when/),
  });
  expect(statements[0]?.statement.predicate).toMatchObject({
    datasetStatement: { value: { key: other.key } },
    checks: expect.arrayContaining([expect.objectContaining({ check: 'dataset-statement', agrees: false })]),
  });
});

test('while the statement about the dataset may still come, nothing is stated and nothing written', async () => {
  const { tagger, statements, writes } = tagging(run('one', { datasets: [dvcDataset()] }));
  const datasets = { ...tagger.datasets, lastStatement: async () => undefined };
  await expect(tagRuns(attested, job, { ...tagger, datasets })).rejects.toThrow(/no statement about .*Prepare-1 yet/);
  expect([statements, writes]).toEqual([[], []]);
  const late = new Date(job.endedAt.getTime() + 600_000);
  await tagRuns(attested, job, { ...tagger, datasets, now: () => late });
  expect(statements[0]?.statement.predicate.outcome).toMatchObject({ notCompared: ['dataset-statement'] });
});

const { runsPerJob, evidenceClaims } = contract.limits;
const claiming = (count: number) =>
  Array.from({ length: count }, (_, index) => run(`run-${index}`, { datasets: [dvcDataset()] }));

test('a job with more runs than are dealt with is not verified, and its run with the model is among those', async () => {
  const { tagger, statements, tagsOf } = tagging(...claiming(runsPerJob), run('last', { hasModel: true }));
  const { areMoreRuns } = await tagRuns(attested, job, tagger);
  expect(areMoreRuns).toBe(true);
  expect(statements[0]?.statement.predicate).toMatchObject({
    outcome: { status: 'recorded', notCompared: ['run-claims'] },
    runs: { value: { length: runsPerJob } },
  });
  expect(tagsOf('last')).toMatchObject({ 'lineage.primary_run': 'last' });
  // control: as many as are dealt with.
  const fewer = tagging(...claiming(runsPerJob));
  await tagRuns(attested, job, fewer.tagger);
  expect(fewer.statements[0]?.statement.predicate.outcome).toMatchObject({ status: 'verified' });
});

test('one claim that differs is stated, however many agree', async () => {
  const datasets = Array.from({ length: evidenceClaims }, () => dvcDataset());
  const other = dvcDataset({ commit: 'f'.repeat(40) });
  const { tagger, statements } = tagging(run('one', { datasets: [...datasets, other] }));
  await tagRuns(attested, job, tagger);
  const { claims, outcome } = statements[0]?.statement.predicate ?? {};
  expect(outcome).toMatchObject({ status: 'conflict' });
  expect(claims).toContainEqual(expect.objectContaining({ agrees: false, said: { value: 'f'.repeat(40) } }));
});

test('a job without runs leaves its statement, and the message is parked', async () => {
  const { tagger, statements } = tagging();
  await expect(tagRuns(derivation, job, tagger)).rejects.toMatchObject({ reason: 'run-not-found' });
  expect(statements).toHaveLength(1);
});

test.each<[DescribedJob['status'], string]>([
  ['Completed', 'FINISHED'],
  ['Failed', 'FAILED'],
  ['Stopped', 'KILLED'],
])('a run that a job left open is ended as the job was: %s', async (status, end) => {
  const { tagger, ended } = tagging(run('open', { status: 'RUNNING' }), run('closed'));
  await tagRuns(derivation, { ...job, status }, tagger);
  expect(ended).toEqual([`open: ${end}`]);
});

test('a run of two jobs is not ended: the other job may still log to it', async () => {
  const tags = { 'sagemaker.training_job_name': 'train-1', 'lineage.training_job_arn': 'arn:of:another:job' };
  const { tagger, ended } = tagging(run('shared', { status: 'RUNNING', tags }));
  await tagRuns(derivation, job, tagger);
  expect(ended).toEqual([]);
});

test('a run that the service names is tagged even if it names no job', async () => {
  const { tagger, tagsOf } = tagging(run('service', { tags: {} }));
  await tagRuns(derivation, { ...job, mlflowRunId: 'service' }, tagger);
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
  const { tagger, writes } = tagging(run('one', more));
  await expect(tagRuns(derivation, job, tagger)).rejects.toMatchObject({ reason: 'run-not-found' });
  expect(writes).toEqual([]);
});

const OTHER_JOB = 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-0';

test.each<[what: string, tags: TaggedRun['tags']]>([
  ['whose tag of the job was moved to this one', { 'sagemaker.training_job_arn': OTHER_JOB }],
  ['that was tagged as the run of another job', { 'lineage.training_job_arn': OTHER_JOB }],
  [
    'that was tagged as the run of another job, and says that it is of this one',
    { 'lineage.training_job_arn': OTHER_JOB, 'sagemaker.training_job_arn': identity.arn },
  ],
])('a run %s is a conflict, and keeps what was written of the other', async (_what, tags) => {
  const { tagger, tagsOf } = tagging(
    run('honest', { datasets: [dvcDataset()] }),
    run('moved', {
      startedAt: new Date('2026-01-01T00:00:00Z'),
      tags: { 'sagemaker.training_job_name': 'train-1', data_git_commit_id: COMMIT, ...tags },
    }),
  );
  await tagRuns(attested, job, tagger);
  const conflict = {
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringContaining('run-of-two-jobs: the run moved'),
  };
  expect(tagsOf('honest')).toMatchObject(conflict);
  expect(tagsOf('moved')).toMatchObject({ ...conflict, ...('lineage.training_job_arn' in tags ? tags : {}) });
});

test('a run that the service names, but whose tag names another job, is a conflict', async () => {
  const { tagger, tagsOf } = tagging(run('shared', { tags: { 'sagemaker.training_job_name': 'train-0' } }));
  await tagRuns(attested, { ...job, mlflowRunId: 'shared' }, tagger);
  expect(tagsOf('shared')).toMatchObject({ 'lineage.status': 'conflict' });
});

test('a data revision that led to another commit when it was first seen is a conflict that names both', async () => {
  const { tagger, tagsOf } = tagging(run('one', { datasets: [dvcDataset()] }));
  const OTHER = 'f'.repeat(40);
  await tagRuns(attested, job, { ...tagger, firstSeen: async () => ({ ...firstSeen, dataCommit: OTHER }) });
  expect(tagsOf('one')).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(new RegExp(`revision-moved: .*${OTHER}.*${COMMIT}`)),
  });
});

test('files that were others after the script are a conflict', async () => {
  const changed = { 'sagemaker.training_job_name': 'train-1', 'lineage_jobs.dataset_changed': 'true' };
  const { tagger, tagsOf } = tagging(run('one', { datasets: [dvcDataset()], tags: changed }));
  await tagRuns(derivation, { ...job, status: 'Failed' }, tagger);
  expect(tagsOf('one')).toMatchObject({ 'lineage.reason': expect.stringContaining('dataset-changed') });
});

test('a model whose first version was deleted for good is a conflict with what was stated, and stays one', async () => {
  const { tagger, statements, tagsOf } = tagging(run('one', { datasets: [dvcDataset()] }));
  await tagRuns(attested, job, tagger);
  const other = { ...model, object: { ...model.object, versionId: 'version-2' }, sha256: 'c'.repeat(64) };
  for (const _again of [1, 2]) {
    await tagRuns(attested, job, { ...tagger, readModel: async () => other });
    expect(tagsOf('one')).toMatchObject({
      'lineage.status': 'conflict',
      'lineage.reason': expect.stringMatching(/model-bytes-differ: .*version-1.*version-2/),
    });
    expect(statements.at(-1)?.statement.predicate.model?.value).toMatchObject({ sha256: model.sha256 });
  }
  // what cannot be read any more is not compared, and not forgotten.
  await tagRuns(attested, job, { ...tagger, readModel: async () => undefined });
  expect(tagsOf('one')).toMatchObject({ 'lineage.status': 'recorded' });
  await tagRuns(attested, job, { ...tagger, readModel: async () => other });
  expect(tagsOf('one')).toMatchObject({ 'lineage.status': 'conflict' });
});

test('an empty tag of ours names no job, and is written over', async () => {
  const tags = { 'sagemaker.training_job_name': 'train-1', 'lineage.training_job_arn': '' };
  const { tagger, tagsOf } = tagging(run('one', { datasets: [dvcDataset()], tags }));
  await tagRuns(attested, job, tagger);
  expect(tagsOf('one')).toMatchObject({ 'lineage.status': 'verified', data_git_commit_id: COMMIT });
});

test('a model that was replaced since the job wrote it is a conflict', async () => {
  const { tagger, tagsOf } = tagging(run('one', { datasets: [dvcDataset()] }));
  await tagRuns(attested, job, { ...tagger, readModel: async () => ({ ...model, writtenSince: 1 }) });
  expect(tagsOf('one')).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringContaining('model-bytes-differ'),
  });
});

test.each<[what: string, change: Partial<DescribedJob>]>([
  ['made anew under its name', { identity: { ...identity, createdAt: '2026-01-03T00:00:00.000Z' } }],
  ['with another revision', { configuredRevision: 'v2' }],
  ['with another repository', { configuredRepository: 'https://git.example.com/team/other.git' }],
])('a derivation is not written for a job %s', async (_what, change) => {
  const { tagger, writes } = tagging(run('one'));
  await expect(tagRuns(derivation, { ...job, ...change }, tagger)).rejects.toMatchObject({ reason: 'job-changed' });
  expect(writes).toEqual([]);
});

describe('reading a derivation from a message', () => {
  test('takes what fits the schema', () => {
    for (const of of [derivation, attested, publication]) {
      expect(readDerivation(JSON.stringify(of), 'demo')).toEqual(of);
    }
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
    ['a job of no kind', JSON.stringify({ ...derivation, job: { ...identity, kind: undefined } }), 'malformed-message'],
    [
      'a processing job with the ARN of a training job',
      JSON.stringify({ ...derivation, job: { ...identity, kind: 'processing-job' } }),
      'malformed-message',
    ],
    [
      'data that no processing job is said to have made',
      JSON.stringify({ ...attested, madeBy: { arn: identity.arn, name: 'x' } }),
      'malformed-message',
    ],
    ['another platform', JSON.stringify({ ...derivation, platform: 'other' }), 'foreign-message'],
  ])('parks %s', (_what, body, reason) => {
    expect(() => readDerivation(body, 'demo')).toThrow(expect.objectContaining({ reason }));
  });
});
