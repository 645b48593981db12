import fc from 'fast-check';
import type { Derivation } from '../../../core/chain/derivation';
import { claimsOf } from '../../../core/chain/run-claims';
import type { TaggedRun } from '../../../core/chain/tag-runs';
import { outcomeOf } from '../../../core/chain/training-outcome';
import { attested, COMMIT, cited, derivation, dvcDataset, NOW, run, unresolved } from './training-findings';

const outcome = (of: Derivation, runs: readonly TaggedRun[], modelWasRead = true, dataset = cited) =>
  outcomeOf({
    derivation: of,
    runs,
    areMoreRuns: false,
    claims: runs.flatMap((one) => claimsOf(one, of, NOW)),
    dataset,
    disagreements: [],
    modelWasRead,
  });

const honest = run('honest', { datasets: [dvcDataset()], parameters: { data_git_commit_id: COMMIT } });

test('an attested job whose runs all say what was derived is verified', () => {
  expect(outcome(attested, [honest])).toEqual({ status: 'verified', assurance: 'attested', notCompared: [] });
});

test.each<[what: string, of: Derivation, runs: TaggedRun[], modelWasRead: boolean, notCompared: string[]]>([
  ['a job without our toolkit', derivation, [honest], true, ['file-contents', 'script-input']],
  ['a run that says nothing of its data', attested, [honest, run('silent')], true, ['run-claims']],
  ['a model that could not be read', attested, [honest], false, ['model-bytes']],
])('%s is no more than recorded, and says why', (_what, of, runs, modelWasRead, notCompared) => {
  expect(outcome(of, runs, modelWasRead)).toMatchObject({ status: 'recorded', notCompared });
});

test('a job without runs has a chain that leads to no model', () => {
  expect(outcome(attested, [])).toMatchObject({ status: 'unresolved', reasons: [{ code: 'run-missing' }] });
});

test('a job whose data no statement was made about is no more than recorded', () => {
  expect(outcome(attested, [honest], true, { citation: null })).toMatchObject({
    status: 'recorded',
    notCompared: ['dataset-statement'],
  });
});

test('a script that went to the data repository itself may have read other files than those that were hashed', () => {
  const own = run('job', { ...honest, tags: { 'lineage_jobs.script_read': 'data-repository' } });
  expect(outcome(attested, [honest, own])).toEqual({
    status: 'recorded',
    assurance: 'configured',
    notCompared: ['script-input'],
  });
});

const OTHER = 'f'.repeat(40);

test.each<[what: string, change: Partial<TaggedRun>, told: string]>([
  ['parameter names another commit', { parameters: { data_git_commit_id: OTHER } }, OTHER],
  ['tag names another commit', { tags: { data_git_commit_id: OTHER } }, OTHER],
  ['dataset is of another commit', { datasets: [dvcDataset({ commit: OTHER })] }, OTHER],
  ['dataset has another md5', { datasets: [dvcDataset({ md5: '0'.repeat(32) })] }, 'dataset'],
  ['dataset is one that the commit does not have', { datasets: [dvcDataset({ path: 'b' })] }, 'found none'],
  ['files had another digest', { datasets: [dvcDataset({ tree_digest: `sha256:${'0'.repeat(64)}` })] }, 'tree'],
])('a run whose %s is a conflict that says so', (_what, change, told) => {
  expect(outcome(attested, [honest, run('other', change)])).toMatchObject({
    status: 'conflict',
    reasons: [expect.objectContaining({ code: 'claim-differs', explanation: expect.stringContaining(told) })],
  });
});

test('our own tag from the last time is no claim, so that doing it again says the same', () => {
  const again = { ...honest, tags: { ...honest.tags, data_git_commit_id: COMMIT } };
  expect(claimsOf(again, attested, NOW)).toEqual(claimsOf(honest, attested, NOW));
});

test('nothing makes an unresolved derivation more', () => {
  expect(outcome(unresolved, [honest])).toMatchObject({ status: 'unresolved' });
  expect(claimsOf(honest, unresolved, NOW).every(({ agrees }) => !agrees)).toBe(true);
});

test('what is logged by others than our toolkit says nothing that could be compared', () => {
  const datasets = [
    { sourceType: 'local', source: '{"uri":"x"}' },
    { sourceType: 'dvc', source: 'no JSON' },
  ];
  expect(claimsOf(run('one', { datasets }), attested, NOW)).toEqual([]);
});

test('whatever a run says, it is verified only if all that it says is what was derived', () => {
  const said = fc.oneof(fc.constant(COMMIT), fc.string({ maxLength: 50 }), fc.constant(OTHER));
  fc.assert(
    fc.property(said, said, said, (parameter, tag, commit) => {
      const given = run('one', {
        parameters: { data_git_commit_id: parameter },
        tags: { data_git_commit_id: tag },
        datasets: [dvcDataset({ commit })],
      });
      const agrees = [parameter, tag].every((text) => text === '' || text === COMMIT) && commit === COMMIT;
      expect(outcome(attested, [given]).status).toBe(agrees ? 'verified' : 'conflict');
    }),
  );
});
