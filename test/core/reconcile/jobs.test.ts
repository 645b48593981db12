import { readNamedJob } from '../../../core/sagemaker/job-event';
import { datasetDraft } from '../evidence/drafts';
import { EstateInMemory, preparation, statedTraining, trainingJob, UNTIL, walkThrough } from './estate-in-memory';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;

let estate: EstateInMemory;

beforeEach(() => {
  estate = new EstateInMemory();
});

test('a training job that has ended and of which nothing is stated is fed, as its event would have been', async () => {
  estate.jobs.push({ job: trainingJob('lost') });
  const { gaps, messages, walk } = await walkThrough(estate, { only: 'training-jobs' });
  expect(gaps).toEqual([`job-without-statement ${arn('training-job/lost')} fed`]);
  const [[queue, body]] = messages.map((message) => message.split(/ (.*)/)) as [[string, string]];
  expect(queue).toBe('derivation');
  expect(readNamedJob(body)).toEqual({
    kind: 'training-job',
    arn: arn('training-job/lost'),
    name: 'lost',
    madeAt: new Date('2026-01-02T03:04:05.000Z'),
  });
  expect(walk.looked).toEqual({ 'training-jobs': { seen: 1, ours: 1 } });
});

test('how a job ended makes no difference', async () => {
  estate.jobs.push({ job: trainingJob('failed', { status: 'Failed' }) });
  estate.jobs.push({ job: trainingJob('stopped', { status: 'Stopped' }) });
  expect((await walkThrough(estate, { only: 'training-jobs' })).gaps).toHaveLength(2);
});

test('a job that is stated is sound', async () => {
  estate.jobs.push({ job: trainingJob('train-1') });
  await estate.state(statedTraining());
  const { gaps, messages, walk } = await walkThrough(estate, { only: 'training-jobs' });
  expect([gaps, messages]).toEqual([[], []]);
  expect(walk.looked).toEqual({ 'training-jobs': { seen: 1, ours: 1 } });
});

test('a job that is stated does not speak for another one that had its name before', async () => {
  const before = trainingJob('train-1');
  estate.jobs.push({
    job: { ...before, identity: { ...before.identity, createdAt: '2026-01-01T10:00:00.000Z' } },
  });
  await estate.state(statedTraining());
  expect((await walkThrough(estate, { only: 'training-jobs' })).gaps).toHaveLength(1);
});

test.each([
  ['a job that runs', { status: 'InProgress' }],
  ['a job that is being stopped', { status: 'Stopping' }],
  ['a job of others', { isOfOthers: true }],
  ['a job that was deleted since it was listed', { isGone: true }],
])('%s is no gap, and is none of the platform’s', async (_what, more) => {
  estate.jobs.push({ job: trainingJob('other'), ...more });
  const { gaps, messages, walk } = await walkThrough(estate, { only: 'training-jobs' });
  expect([gaps, messages]).toEqual([[], []]);
  expect(walk.looked).toEqual({ 'training-jobs': { seen: 1, ours: 0 } });
});

test('a job that ended a moment ago is left to the ordinary way', async () => {
  estate.jobs.push({ job: trainingJob('recent', { endedAt: UNTIL }) });
  estate.jobs.push({ job: trainingJob('earlier', { endedAt: new Date(UNTIL.getTime() - 1) }) });
  const { gaps } = await walkThrough(estate, { only: 'training-jobs' });
  expect(gaps).toEqual([`job-without-statement ${arn('training-job/earlier')} fed`]);
});

test('a processing job that completed with a data revision and is not stated is fed', async () => {
  estate.jobs.push({ job: preparation('lost') });
  const { gaps, messages } = await walkThrough(estate, { only: 'processing-jobs' });
  expect(gaps).toEqual([`job-without-statement ${arn('processing-job/lost')} fed`]);
  expect(readNamedJob(messages[0]?.replace('derivation ', '') ?? '')).toMatchObject({
    kind: 'processing-job',
    arn: arn('processing-job/lost'),
    madeAt: new Date('2026-01-02T02:00:00.000Z'),
  });
});

test('a processing job that is stated is sound', async () => {
  estate.jobs.push({ job: preparation('Prepare-1') });
  await estate.state(datasetDraft());
  expect(await walkThrough(estate, { only: 'processing-jobs' })).toMatchObject({ gaps: [], messages: [] });
});

test('a processing job that was not told to publish is no gap', async () => {
  estate.jobs.push({ job: preparation('plain', { configuredRevision: undefined }) });
  expect(await walkThrough(estate, { only: 'processing-jobs' })).toMatchObject({ gaps: [], messages: [] });
});

test('a processing job that failed is looked at again and called no gap: it may have published nothing', async () => {
  estate.jobs.push({ job: preparation('failed', { status: 'Failed' }) });
  const { gaps, messages, walk } = await walkThrough(estate, { only: 'processing-jobs' });
  expect(gaps).toEqual([]);
  expect(messages).toHaveLength(1);
  expect(walk).toMatchObject({ gaps: {}, messages: 1 });
});
