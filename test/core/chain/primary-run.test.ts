import fc from 'fast-check';
import { primaryRun } from '../../../core/chain/primary-run';
import type { TaggedRun } from '../../../core/chain/tag-runs';

const run = (id: string, minute: number, hasModel = false): TaggedRun => ({
  id,
  experimentId: '1',
  startedAt: new Date(Date.UTC(2026, 0, 2, 3, minute)),
  deleted: false,
  hasModel,
  status: 'FINISHED',
  tags: {},
  parameters: {},
  metrics: {},
  artifactLocation: '',
  datasets: [],
});

test.each<[what: string, runs: TaggedRun[], primary: string | undefined]>([
  ['the run with the model', [run('job', 1), run('evaluation', 3), run('fit', 2, true)], 'fit'],
  ['the last of several with a model', [run('first', 1, true), run('last', 3, true), run('second', 2, true)], 'last'],
  ['the first run where there is no model', [run('child', 2), run('job', 1)], 'job'],
  ['none of none', [], undefined],
])('it is %s', (_what, runs, primary) => {
  expect(primaryRun(runs)?.id).toBe(primary);
});

test('it does not depend on the order in which MLflow tells the runs', () => {
  const anyRun = fc.record({ id: fc.uuid(), minute: fc.nat(3), hasModel: fc.boolean() });
  fc.assert(
    fc.property(fc.uniqueArray(anyRun, { selector: ({ id }) => id, minLength: 1 }), (drawn) => {
      const runs = drawn.map(({ id, minute, hasModel }) => run(id, minute, hasModel));
      expect(primaryRun([...runs].reverse())?.id).toBe(primaryRun(runs)?.id);
    }),
  );
});
