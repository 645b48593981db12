import { KINDS, makePlan, PHASES } from './plan';

test('the same seed draws the same jobs, and another one others', () => {
  expect(makePlan(7, 300)).toEqual(makePlan(7, 300));
  expect(makePlan(8, 300).jobs.map(({ kind }) => kind)).not.toEqual(makePlan(7, 300).jobs.map(({ kind }) => kind));
});

test.each([1, 2, 3])('with few jobs too, each kind of job and each phase is there (seed %i)', (seed) => {
  const { jobs } = makePlan(seed, 1);
  expect(Object.keys(KINDS).filter((kind) => !jobs.some((job) => job.kind === kind))).toEqual([]);
  expect(PHASES.filter((_, phase) => !jobs.some((job) => job.phase === phase))).toEqual([]);
});

test('every event is delivered one to five times, first when its job ends and never before', () => {
  for (const { phase, deliveries } of makePlan(1, 2000).jobs) {
    expect(deliveries[0]).toBe(phase);
    expect(Math.min(...deliveries)).toBe(phase);
    expect(deliveries.length).toBeLessThanOrEqual(5);
  }
});

test('as many jobs are drawn as are asked for, each with a name of its own', () => {
  const { jobs } = makePlan(1, 2000);
  expect(jobs.length).toBeGreaterThanOrEqual(2000);
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
});
