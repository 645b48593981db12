import * as fc from 'fast-check';
import { ZodError } from 'zod';
import { contract } from '../../../core/contract';
import { CannotSucceed } from '../../../core/delivery/failures';
import { AnswerTooLarge } from '../../../core/http/answer-too-large';
import { GAP_KINDS } from '../../../core/reconcile/gap';
import { beginWalk, PHASES, Walk } from '../../../core/reconcile/walk';
import { walkStep } from '../../../core/reconcile/walk-step';
import { container, endpointWith } from '../chain/deployment-findings';
import { run } from '../chain/training-findings';
import { datasetDraft } from '../evidence/drafts';
import { EstateInMemory, preparation, SINCE, trainingJob, UNTIL, walkThrough } from './estate-in-memory';

/** An estate with gaps of many kinds among sound things. */
async function gappyEstate(): Promise<EstateInMemory> {
  const estate = new EstateInMemory();
  const tags = await estate.addSoundJob();
  await estate.state(datasetDraft());
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    estate.jobs.push({ job: trainingJob(`lost-${name}`) }, { job: preparation(`lost-${name}`) });
    estate.jobs.push({ job: trainingJob(`theirs-${name}`), isOfOthers: true });
    estate.mlflowRuns.push(run(`late-${name}`, { experimentId: name }), run(`notebook-${name}`, { tags: {} }));
    const loggedAt = new Date('2026-01-02T03:06:00Z');
    const model = { id: `m-${name}`, runId: 'one', loggedAt, artifactLocation: 's3://artifacts/m' };
    estate.loggedModels.push({ ...model, tags: name === 'c' ? tags : {} });
    const source = `models:/m-${name}`;
    estate.versions.push({ name, version: '1', runId: 'one', source, registeredAt: loggedAt, tags: {} });
    const { about, ...rest } = endpointWith(container);
    const another = { ...about, arn: about.arn.replace('serving', `serving-${name}`), name: `Serving-${name}` };
    estate.deployments.push({
      ...{ status: 'InService', changedAt: loggedAt },
      described: { ...rest, about: another, taggedArn: another.arn },
    });
  }
  return estate;
}

const kindsOf = (gaps: readonly string[]) => [...new Set(gaps.map((gap) => gap.split(' ')[0]))].sort();

test('a walk looks at all phases, and counts what it looked at and what it found', async () => {
  const { gaps, messages, walk } = await walkThrough(await gappyEstate());
  expect(kindsOf(gaps)).toEqual([
    'dataset-missing',
    'deployment-without-statement',
    'job-without-statement',
    'model-without-tags',
    'run-without-statement',
    'version-without-tags',
  ]);
  expect(Object.keys(walk.looked).sort()).toEqual([...PHASES].sort());
  expect(walk.looked).toMatchObject({
    'training-jobs': { seen: 11, ours: 6 },
    'processing-jobs': { seen: 5, ours: 5 },
    runs: { seen: 11, ours: 6 },
  });
  expect(walk.gaps).toEqual({
    'dataset-missing': 1,
    'deployment-without-statement': 5,
    'job-without-statement': 10,
    'model-without-tags': 4,
    'run-without-statement': 5,
    'version-without-tags': 5,
  });
  expect(walk.messages).toBe(messages.length);
});

test('wherever a walk is stopped and handed on, it finds the same, and looks at nothing twice', async () => {
  const estate = await gappyEstate();
  const { gaps, walk } = await walkThrough(estate);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.infiniteStream(fc.boolean()), async (pageSize, late) => {
      estate.pageSize = pageSize;
      const stopped = await walkThrough(estate, { isLate: () => late.next().value });
      expect([...stopped.gaps].sort()).toEqual([...gaps].sort());
      expect(stopped.walk.looked).toEqual(walk.looked);
      expect(stopped.walk.gaps).toEqual(walk.gaps);
    }),
    { numRuns: 15 },
  );
});

test('a step that is late from the beginning looks at one thing all the same', async () => {
  const estate = await gappyEstate();
  const { gaps, steps } = await walkThrough(estate, { only: 'training-jobs', isLate: () => true });
  expect(gaps).toHaveLength(5);
  expect(steps).toBe(11);
});

test('where the last thing that was looked at is deleted in between, its page begins again', async () => {
  const estate = await gappyEstate();
  estate.pageSize = 20;
  let isLate = true;
  const { gaps } = await walkThrough(estate, {
    only: 'training-jobs',
    isLate: () => isLate,
    between: () => {
      estate.jobs.splice(
        estate.jobs.findIndex(({ job }) => job.identity.name === 'train-1'),
        1,
      );
      isLate = false;
    },
  });
  expect(new Set(gaps).size).toBe(5);
});

test('what fails ends the step, so that the message is tried again', async () => {
  const estate = await gappyEstate();
  estate.isOurs = () => Promise.reject(new Error('SageMaker is away'));
  await expect(walkThrough(estate)).rejects.toThrow('SageMaker is away');
});

test.each([
  ['is no text', { value: 'x' }],
  ['is longer than a message of ours may be', 'x'.repeat(contract.limits.walkPageCharacters + 1)],
])('fails where the next page %s, and hands nothing on', async (_what, next) => {
  const estate = await gappyEstate();
  estate.listJobs = async () => ({ items: [], next: next as string });
  const walk = { ...beginWalk('test-1', SINCE, UNTIL), phase: 'training-jobs' as const };
  await expect(walkStep(walk, estate, () => false)).rejects.toThrow(ZodError);
});

test('fails on a list that always has one more page, after as many as any estate has', async () => {
  const estate = await gappyEstate();
  estate.listJobs = async () => ({ items: [], next: 'more' });
  const walk = { ...beginWalk('test-1', SINCE, UNTIL), phase: 'training-jobs' as const };
  const last = { ...walk, pages: contract.limits.walkPages - 1 };
  const { walk: next } = await walkStep(last, estate, () => false);
  expect(next).toMatchObject({ phase: 'training-jobs', page: 'more', pages: contract.limits.walkPages });
  await expect(walkStep(next, estate, () => false)).rejects.toThrow(AnswerTooLarge);
});

test('a place that an earlier release wrote goes on', () => {
  const { pages: _pages, ...earlier } = beginWalk('test-1', SINCE, UNTIL);
  expect(Walk.parse(earlier)).toEqual(beginWalk('test-1', SINCE, UNTIL));
});

test('a place among experiments that nobody wrote is parked', async () => {
  const place = { ...beginWalk('test-1', SINCE, UNTIL), phase: 'runs' as const, page: '{"experiments":1}' };
  await expect(walkStep(place, await gappyEstate(), () => false)).rejects.toThrow(CannotSucceed);
});

test('the largest place of a walk fits into a message', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const walk = Walk.parse({
    ...beginWalk(`scheduled-${SINCE.toISOString()}`, SINCE, UNTIL),
    page: 'é'.repeat(contract.limits.walkPageCharacters),
    done: 'é'.repeat(1024),
    looked: Object.fromEntries(PHASES.map((phase) => [phase, { seen: most, ours: most }])),
    gaps: Object.fromEntries(GAP_KINDS.map((kind) => [kind, most])),
    messages: most,
    datasets: Array.from({ length: contract.limits.walkDatasets }, () => `${'f'.repeat(32)}.dir`),
  });
  expect(Buffer.byteLength(JSON.stringify(walk))).toBeLessThan(256 * 1024);
});

test.each([
  ['a time that ends before it begins', { since: UNTIL.toISOString(), until: SINCE.toISOString() }],
  ['a phase that is none', { phase: 'everything' }],
  ['a gap that is none', { gaps: { 'job-lost': 1 } }],
  ['more than it has', { more: true }],
  ['a name that breaks a line', { walk: 'scheduled-\n' }],
])('a walk with %s is none', (_what, change) => {
  expect(Walk.safeParse({ ...beginWalk('test-1', SINCE, UNTIL), ...change }).success).toBe(false);
});
