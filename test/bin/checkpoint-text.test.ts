import { type CheckpointFindings, checkpointExitCode, checkpointText } from '../../bin/checkpoint-text';
import { EXIT } from '../../bin/exit-codes';
import type { Checkpoint } from '../../core/evidence/checkpoint';
import { census, SHA } from '../core/evidence/drafts';

const NOW = new Date('2026-01-03T13:30:00.000Z');
const checkpoint: Checkpoint = {
  platform: 'demo',
  sequence: 7,
  previous: SHA,
  recordedAt: '2026-01-03T03:00:10.000Z',
  recordedBy: 'cdk-ml-lineage/0.1.0',
  day: '2026-01-02',
  counts: { chains: 2, statements: 1234 },
  merkleRoot: SHA,
  heads: [],
  problems: { found: 0, shown: [] },
  census: census(),
};
const intact: CheckpointFindings = { platform: 'demo', problems: [], newest: { checkpoint, chainsNow: 3 } };
const problem = { code: 'truncated', key: 'demo/training-job/x\u001b[2J', explanation: 'cut' } as const;
const brokenThen = { ...checkpoint, problems: { found: 2, shown: [] } };

test('says day, age, counts and census, and what could not be counted', () => {
  expect(checkpointText(intact, NOW)).toBe(`checkpoint       number 7 of demo, for 2026-01-02, 10 hours old
                 recorded 2026-01-03T03:00:10.000Z by cdk-ml-lineage/0.1.0
it covers        1,234 statements in 2 chains
                 Merkle root ${SHA}
there are now    3 chains
on that day      training jobs: 3 listed, 1 of the platform, of these 1 with a statement and 0 still running
                 processing jobs: 0 listed, 0 of the platform, of these 0 with a statement and 0 still running
                 runs: NOT COUNTED: mlflow:search-runs failed with TimeoutError
                 model versions: 1 registered
                 each statement was verified, and no chain ends before the checkpoint says
`);
});

test('says what is broken, and lets nothing from outside steer the terminal', () => {
  const text = checkpointText({ ...intact, problems: [problem] }, NOW);
  expect(text).toContain('BROKEN           truncated at demo/training-job/x\uFFFD[2J: cut');
  expect(text).not.toContain('each statement was verified');
});

test('a hundred problems are shown, and the others counted', () => {
  const problems = Array.from({ length: 1234 }, () => problem);
  const lines = checkpointText({ ...intact, problems }, NOW).split('\n');
  expect(lines.filter((line) => line.startsWith('BROKEN'))).toHaveLength(100);
  expect(lines).toContain('                 and 1,134 more');
});

test('what was broken when the checkpoint was made is said, though nothing is broken now', () => {
  const text = checkpointText({ ...intact, newest: { checkpoint: brokenThen, chainsNow: 3 } }, NOW);
  expect(text).toContain('BROKEN           the checkpoint itself found 2 problems when it was made');
  expect(text).not.toContain('each statement was verified');
});

test('an old checkpoint is said to be old', () => {
  const text = checkpointText(intact, new Date('2026-01-06T03:00:10.000Z'));
  expect(text).toContain('72 hours old');
  expect(text).toContain('NOT PROVABLE     it is older than 50 hours');
});

test.each<[string, CheckpointFindings, string, number]>([
  ['an intact platform', intact, '2026-01-03T13:30:00.000Z', EXIT.verified],
  ['an old checkpoint', intact, '2026-01-06T13:30:00.000Z', EXIT.notProvable],
  ['no checkpoint', { platform: 'demo', problems: [] }, '2026-01-03T13:30:00.000Z', EXIT.notProvable],
  [
    'a checkpoint that cannot be verified',
    { platform: 'demo', problems: [problem] },
    '2026-01-03T13:30:00.000Z',
    EXIT.conflict,
  ],
  ['a problem now', { ...intact, problems: [problem] }, '2026-01-03T13:30:00.000Z', EXIT.conflict],
  [
    'a problem then',
    { ...intact, newest: { checkpoint: brokenThen, chainsNow: 3 } },
    '2026-01-03T13:30:00.000Z',
    EXIT.conflict,
  ],
])('%s ends as the other commands do', (_what, findings, now, code) => {
  expect(checkpointExitCode(findings, new Date(now))).toBe(code);
});
