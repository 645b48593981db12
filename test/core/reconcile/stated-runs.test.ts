import { compareClaim } from '../../../core/evidence/told';
import { run } from '../chain/training-findings';
import { AT, COMMIT, from } from '../evidence/drafts';
import { EstateInMemory, SINCE, statedTraining, UNTIL, walkThrough } from './estate-in-memory';

let estate: EstateInMemory;
let tags: Readonly<Record<string, string>>;

const look = () => walkThrough(estate, { only: 'evidence' });
const without = (name: string) => Object.fromEntries(Object.entries(tags).filter(([key]) => key !== name));

/** The only run of the job is not what it was. */
function setRun(change: Parameters<typeof run>[1]): void {
  estate.mlflowRuns.splice(0, 1, run('one', { tags, ...change }));
}

beforeEach(async () => {
  estate = new EstateInMemory();
  tags = await estate.addSoundJob();
});

test('a run that carries what is stated is sound, and so is one with tags of its own beside them', async () => {
  setRun({ tags: { ...tags, team: 'radiology' } });
  expect(await look()).toMatchObject({ gaps: [], messages: [], walk: { looked: { evidence: { seen: 1, ours: 1 } } } });
});

test.each([
  'data_git_commit_id',
  'lineage.status',
  'lineage.evidence',
  'lineage.primary_run',
  'lineage.training_job_arn',
])('a tag %s that was removed has the job looked at again', async (name) => {
  setRun({ tags: without(name) });
  const { gaps, messages, explanations } = await look();
  expect(gaps).toEqual(['tags-differ mlflow:run/one fed']);
  expect(messages).toEqual([expect.stringMatching(/^derivation .*training-job\/train-1/)]);
  expect(explanations[0]).toContain(name);
});

test.each([
  ['lineage.status', 'verified'],
  ['lineage.primary_run', 'another'],
  ['data_git_commit_id', 'f'.repeat(40)],
])('a tag %s that was changed has the job looked at again', async (name, value) => {
  setRun({ tags: { ...tags, [name]: value } });
  const { gaps, explanations } = await look();
  expect(gaps).toEqual(['tags-differ mlflow:run/one fed']);
  expect(explanations[0]).toContain(name);
});

test('another commit that the statement itself tells of stays, and is no gap', async () => {
  const draft = statedTraining('one');
  const claim = (said: string) =>
    compareClaim('data-commit', said, COMMIT, { ...from('mlflow:search-runs', AT), runId: 'one' });
  const reasons = [{ code: 'tag-differs' as const, explanation: 'the run has another commit' }];
  const outcome = { status: 'conflict' as const, assurance: 'configured' as const, notCompared: [], reasons };
  await estate.state({ ...draft, predicate: { ...draft.predicate, claims: [claim('f'.repeat(40))], outcome } });
  const stated = { ...(await estate.soundTags()), data_git_commit_id: 'f'.repeat(40) };
  setRun({ tags: stated });
  expect((await look()).gaps).toEqual([]);
  setRun({ tags: { ...stated, data_git_commit_id: 'e'.repeat(40) } });
  expect((await look()).gaps).toEqual(['tags-differ mlflow:run/one fed']);
});

test('a run that was deleted is reported', async () => {
  setRun({ deleted: true });
  expect((await look()).gaps).toEqual(['run-deleted mlflow:run/one reported']);
});

test('a run that is gone is reported', async () => {
  estate.mlflowRuns.length = 0;
  expect((await look()).gaps).toEqual(['run-gone mlflow:run/one reported']);
});

test('tags of a job that is gone are reported: nobody can look at it again', async () => {
  estate.jobs.length = 0;
  setRun({ tags: without('lineage.status') });
  const { gaps, explanations } = await look();
  expect(gaps).toEqual(['tags-differ mlflow:run/one reported']);
  expect(explanations[0]).toMatch(/the job is gone$/);
});

test('a run that no longer names its job is reported: looking at the job again would not find it', async () => {
  setRun({ tags: { ...without('lineage.status'), 'sagemaker.training_job_name': 'another' } });
  expect((await look()).gaps).toEqual(['tags-differ mlflow:run/one reported']);
});

test('a statement that was made a moment ago may not be written on the run yet', async () => {
  estate.mlflowRuns.length = 0;
  const until = new Date(estate.reader.now().getTime() - 3600_000 - 10);
  expect((await walkThrough(estate, { only: 'evidence', window: { since: SINCE, until } })).gaps).toEqual([]);
});

test('evidence about a job that was made before the time that is looked at is left out', async () => {
  estate.mlflowRuns.length = 0;
  const since = new Date('2026-01-03T00:00:00Z');
  const { gaps, walk } = await walkThrough(estate, { only: 'evidence', window: { since, until: UNTIL } });
  expect(gaps).toEqual([]);
  expect(walk.looked).toEqual({ evidence: { seen: 0, ours: 0 } });
});

test('evidence that was tampered with is reported, and keeps the walk from nothing else', async () => {
  const another = statedTraining('two');
  const about = {
    ...another.predicate.about,
    name: 'train-2',
    arn: another.predicate.about.arn.replace('train-1', 'train-2'),
  };
  await estate.state({ ...another, predicate: { ...another.predicate, about } });
  const [key = ''] = estate.reader.keys();
  estate.reader.overwrite(key, Buffer.from('{}'));
  expect((await look()).gaps).toEqual([
    'evidence-broken demo/training-job/train-1/20260102T030405.000Z/ reported',
    'run-gone mlflow:run/two reported',
  ]);
});
