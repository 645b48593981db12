import type { Derivation } from '../../../core/chain/derivation';
import { linkTags, reconcileTags, statementTags } from '../../../core/chain/run-tags';
import { trainingDraft } from '../../../core/chain/training-draft';
import {
  COMMIT,
  cited,
  derivation,
  firstSeen,
  identity,
  job,
  model,
  NOW,
  run,
  stored,
  unresolved,
} from './training-findings';

function tagsOf(of: Derivation) {
  const findings = {
    derivation: of,
    job,
    runs: [run('one')],
    areMoreRuns: false,
    claims: [],
    dataset: cited,
    model,
    statedModel: undefined,
    firstSeen,
    at: NOW,
    recordedBy: 'lineage/1.2.3',
  };
  return statementTags(stored(trainingDraft(findings)));
}

test('a recorded statement gives the commit and all that it rests on', () => {
  expect(tagsOf(derivation)).toEqual({
    data_git_commit_id: COMMIT,
    'lineage.status': 'recorded',
    'lineage.assurance': 'configured',
    'lineage.reason': 'not compared: file-contents, run-claims, script-input',
    'lineage.data_repository': 'https://git.example.com/team/data.git',
    'lineage.data_revision': 'v1',
    'lineage.dataset': 'a@0cc175b9c0f1b6a831c399e269772661',
    'lineage.training_job_arn': identity.arn,
    'lineage.platform': 'demo',
    'lineage.evidence': `demo/training-job/train-1/20260102T030405.000Z/000001.json@sha256:${'c'.repeat(64)}`,
    'lineage.recorded_by': 'lineage/1.2.3',
  });
});

test('an unresolved statement gives its reason and no commit', () => {
  const tags = tagsOf(unresolved);
  expect(tags).toMatchObject({
    'lineage.status': 'unresolved',
    'lineage.reason': 'revision-not-found: there is no tag "v1"',
  });
  expect(tags).not.toHaveProperty('data_git_commit_id');
});

test('the links of a derivation are the same tags that its statement gives', () => {
  for (const of of [derivation, unresolved]) {
    expect(tagsOf(of)).toMatchObject(linkTags(of));
  }
});

test('an address that the platform does not allow reaches no tag', () => {
  const secret = 'https://git.example.com/secret-token/data.git';
  const foreign = {
    ...unresolved,
    reason: 'repository-not-allowed',
    explanation: `names ${secret}`,
    configured: { dataRepository: secret, dataRevision: 'v1' },
  } as Derivation;
  expect(JSON.stringify(tagsOf(foreign))).not.toContain('secret-token');
});

test('no tag is longer than MLflow takes', () => {
  const datasets = Array.from({ length: 200 }, (_, index) => ({
    path: `données/${'x'.repeat(50)}${index}`,
    md5: '0cc175b9c0f1b6a831c399e269772661',
  }));
  const tag = linkTags({ ...derivation, datasets })['lineage.dataset'] ?? '';
  expect(Buffer.byteLength(tag)).toBeLessThanOrEqual(5000);
  expect(tag).toMatch(/…$/);
});

test('tags that are there already are not written again', () => {
  const tags = tagsOf(derivation);
  expect(reconcileTags(tags, { ...tags, 'other.tag': 'kept' })).toEqual({});
});

test('another data commit on the run is left alone, while all else is written', () => {
  const written = reconcileTags(tagsOf(derivation), { data_git_commit_id: 'f'.repeat(40) });
  expect(written).not.toHaveProperty('data_git_commit_id');
  expect(written).toHaveProperty(['lineage.status']);
});
