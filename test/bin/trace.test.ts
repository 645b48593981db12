import { traceRun } from '../../bin/trace';

const run = (tags: Record<string, string>) => ({
  id: '0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b',
  status: 'FINISHED',
  startedAt: new Date('2026-01-02T03:05:00Z'),
  deleted: false,
  hasModel: false,
  tags,
});
const recorded = {
  data_git_commit_id: '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e',
  'lineage.status': 'recorded',
  'lineage.assurance': 'configured',
  'lineage.reason': 'not compared: run-claims',
  'lineage.dataset': 'data/a@14b2c53346e4c151581173b95270ebf2.dir\ndata/b@0cc175b9c0f1b6a831c399e269772661',
};

test('the chain is told link by link, each dataset on a line of its own', () => {
  expect(traceRun(run(recorded)).lines).toEqual([
    'run              0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b',
    'data commit      9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e',
    'dataset          data/a@14b2c53346e4c151581173b95270ebf2.dir',
    'dataset          data/b@0cc175b9c0f1b6a831c399e269772661',
    'status           recorded, assurance configured (as tagged; no evidence was checked)',
    '                 not compared: run-claims',
  ]);
});

test.each([
  ['recorded', 2],
  ['unresolved', 2],
  ['conflict', 1],
  // tags can be rewritten by whoever may log: not even this one is a pass.
  ['verified', 2],
])('a run tagged %s ends with exit code %i', (status, exitCode) => {
  expect(traceRun(run({ ...recorded, 'lineage.status': status })).exitCode).toBe(exitCode);
});

test('a run without lineage is not provable', () => {
  expect(traceRun(run({}))).toMatchObject({ exitCode: 2, lines: [expect.stringContaining('has no lineage')] });
});

test('what strangers wrote cannot steer the terminal', () => {
  const lines = traceRun(run({ ...recorded, 'lineage.reason': '\u001b[2J\u202eevil\r\nstatus verified' })).lines.join(
    '\n',
  );
  expect(lines).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
  expect(lines).not.toMatch(/^status verified/m);
});
