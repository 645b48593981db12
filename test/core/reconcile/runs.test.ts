import { run } from '../chain/training-findings';
import { EstateInMemory, statedTraining, trainingJob, UNTIL, walkThrough } from './estate-in-memory';

const arn = (name: string) => `arn:aws:sagemaker:us-east-1:111122223333:training-job/${name}`;
const named = (name: string, more: Record<string, string> = {}) => ({ 'sagemaker.training_job_name': name, ...more });

let estate: EstateInMemory;

const look = () => walkThrough(estate, { only: 'runs' });

beforeEach(async () => {
  estate = new EstateInMemory();
  await estate.addSoundJob();
});

test('a run that a statement names is sound', async () => {
  expect(await look()).toMatchObject({ gaps: [], messages: [], walk: { looked: { runs: { seen: 1, ours: 1 } } } });
});

test('a run that was logged after the job was looked at has the job looked at again', async () => {
  estate.mlflowRuns.push(run('late'));
  const { gaps, messages } = await look();
  expect(gaps).toEqual(['run-without-statement mlflow:run/late fed']);
  expect(messages).toEqual([expect.stringContaining(`"TrainingJobArn":"${arn('train-1')}"`)]);
});

test('runs in other experiments are looked at as well, and one job is asked for once in a step', async () => {
  estate.pageSize = 10;
  estate.mlflowRuns.push(run('late', { experimentId: '2' }), run('later', { experimentId: '3' }));
  const { gaps, messages } = await look();
  expect(gaps).toHaveLength(2);
  expect(messages).toHaveLength(1);
});

test('a run that was deleted before anything was stated of it is reported', async () => {
  estate.mlflowRuns.push(run('deleted', { deleted: true }));
  expect((await look()).gaps).toEqual(['run-deleted mlflow:run/deleted reported']);
});

test.each([
  ['a run of a notebook', run('notebook', { tags: {} })],
  ['a run that names what is no job', run('strange', { tags: named("'; DROP TABLE runs") })],
  ['a run that began before the job', run('before', { startedAt: new Date('2026-01-02T03:00:00Z') })],
  ['a run that began after the job', run('after', { startedAt: new Date('2026-01-02T03:11:00Z') })],
  [
    'a run of a namesake in another region',
    run('elsewhere', {
      tags: named('train-1', { 'sagemaker.training_job_arn': arn('train-1').replace('us-east-1', 'eu-west-1') }),
    }),
  ],
  ['a run of a job that was deleted elsewhere', run('gone', { tags: named('gone') })],
])('%s is no gap', async (_what, stranger) => {
  estate.mlflowRuns.push(stranger);
  expect(await look()).toMatchObject({ gaps: [], messages: [], walk: { looked: { runs: { seen: 2, ours: 1 } } } });
});

test.each([
  ['runs', { status: 'InProgress' }],
  ['is of others', { isOfOthers: true }],
])('a run whose job %s is no gap', async (_what, more) => {
  estate.jobs.push({ job: trainingJob('other'), ...more });
  estate.mlflowRuns.push(run('theirs', { tags: named('other') }));
  expect((await look()).gaps).toEqual([]);
});

test('a run whose job has ended a moment ago is no gap', async () => {
  estate.jobs.push({ job: trainingJob('recent', { endedAt: UNTIL }) });
  estate.mlflowRuns.push(run('theirs', { tags: named('recent') }));
  expect((await look()).gaps).toEqual([]);
});

test('a run of a job that is not stated is left to the job, if the walk looks at that', async () => {
  estate.jobs.push({ job: trainingJob('lost') });
  estate.mlflowRuns.push(run('theirs', { tags: named('lost') }));
  expect((await look()).gaps).toEqual([]);
});

test('a run leads to its job where that was made before the time that the walk looks at', async () => {
  const job = trainingJob('lost', { endedAt: new Date('2026-01-03T00:00:00Z') });
  estate.jobs.push({ job });
  estate.mlflowRuns.push(run('theirs', { tags: named('lost') }));
  const window = { since: new Date('2026-01-02T03:04:30.000Z'), until: UNTIL };
  expect((await walkThrough(estate, { only: 'runs', window })).gaps).toEqual([
    `job-without-statement ${arn('lost')} fed`,
  ]);
});

describe('of a job that is gone', () => {
  const tags = named('gone', { 'sagemaker.training_job_arn': arn('gone') });

  test('a run is all that is left, where nothing was stated of it', async () => {
    estate.mlflowRuns.push(run('left', { tags }));
    expect((await look()).gaps).toEqual(['job-gone mlflow:run/left reported']);
  });

  test('a run that no statement names cannot be added to one any more', async () => {
    estate.jobs.length = 0;
    estate.mlflowRuns.push(run('late', { tags: named('train-1', { 'sagemaker.training_job_arn': arn('train-1') }) }));
    expect((await look()).gaps).toEqual(['run-without-statement mlflow:run/late reported']);
  });

  test.each([
    ['was deleted as well', run('left', { tags, deleted: true })],
    [
      'was another account’s',
      run('left', { tags: { ...tags, 'sagemaker.training_job_arn': arn('gone').replace('1111', '9999') } }),
    ],
  ])('a run that %s is no gap', async (_what, left) => {
    estate.mlflowRuns.push(left);
    expect((await look()).gaps).toEqual([]);
  });
});

test('of more runs than are dealt with, those that were left out are no gap', async () => {
  estate.pageSize = 200;
  const many = Array.from({ length: 120 }, (_, index) => run(`more-${String(index).padStart(3, '0')}`));
  estate.mlflowRuns.push(...many);
  await estate.state(statedTraining('one', ...many.slice(0, 99).map(({ id }) => id)));
  expect((await look()).gaps).toEqual([]);
});
