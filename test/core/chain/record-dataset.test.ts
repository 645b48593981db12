import type { Derivation } from '../../../core/chain/derivation';
import { type DatasetRecorder, recordDataset } from '../../../core/chain/record-dataset';
import { composeStatement } from '../../../core/evidence/statement';
import { COMMIT, firstSeen, maker, NOW, processingJob, publication, TREE, unresolved } from './training-findings';

/** evidence that keeps what is written. */
function recorder() {
  const kept: ReturnType<typeof composeStatement>[] = [];
  const record: DatasetRecorder['record'] = async (draft) => {
    const statement = composeStatement(draft, { sequence: 1, previous: null, recordedAt: NOW.toISOString() });
    kept.push(statement);
    return { key: 'key', sha256: 'd'.repeat(64), statement: statement as never };
  };
  const recorder: DatasetRecorder = {
    firstSeen: async () => firstSeen,
    record,
    remoteUrl: 's3://bucket/dvc',
    recordedBy: 'lineage/1.2.3',
    now: () => NOW,
  };
  return { kept, recorder };
}

async function predicateOf(derivation: Derivation, job: typeof processingJob = processingJob) {
  const { kept, recorder: into } = recorder();
  await recordDataset(derivation, job, into);
  return kept[0]?.predicate;
}

test('what a processing job published is stated with its job, its commit and where its objects are', async () => {
  await expect(predicateOf(publication)).resolves.toMatchObject({
    about: maker,
    outcome: { status: 'recorded', assurance: 'attested', notCompared: ['file-contents'] },
    configuration: { value: { dataRevision: 'v1', jobStatus: 'Completed', roleArn: processingJob.roleArn } },
    remote: { value: { url: 's3://bucket/dvc' } },
    data: {
      resolution: { value: { dataCommit: COMMIT } },
      datasets: [{ path: 'a', tree: { value: { sha256: TREE }, source: { claimedBy: 'job' } } }],
    },
    checks: expect.arrayContaining([expect.objectContaining({ check: 'handover', agrees: true })]),
  });
});

test('a job that our toolkit did not run is stated without what it handed on', async () => {
  const predicate = await predicateOf({ ...publication, assurance: 'configured', notCompared: ['handover'] });
  expect(JSON.stringify(predicate)).not.toContain('"check":"handover"');
});

test('a conflict is stated with its reason, and not where the objects are', async () => {
  const conflict = { ...publication, status: 'conflict', reason: 'listing-differs', explanation: 'two' } as const;
  const predicate = await predicateOf(conflict);
  expect(predicate).toMatchObject({
    outcome: { status: 'conflict', reasons: [{ code: 'listing-differs', explanation: 'two' }] },
    data: { resolution: { value: { dataCommit: COMMIT } } },
    checks: [expect.objectContaining({ check: 'revision-first-seen', agrees: true })],
  });
  expect(predicate).not.toHaveProperty('remote');
});

test('a revision that led to another commit when it was first seen is a conflict', async () => {
  const { kept, recorder: into } = recorder();
  const before = { dataCommit: 'f'.repeat(40), at: firstSeen.at };
  await recordDataset(publication, processingJob, { ...into, firstSeen: async () => before });
  expect(kept[0]?.predicate).toMatchObject({
    outcome: { status: 'conflict', reasons: [{ code: 'revision-moved' }] },
    checks: expect.arrayContaining([expect.objectContaining({ check: 'revision-first-seen', agrees: false })]),
  });
});

test('what could not be resolved is stated with its reason and without data', async () => {
  const predicate = await predicateOf({ ...unresolved, job: maker });
  expect(predicate).toMatchObject({ outcome: { status: 'unresolved', reasons: [{ code: 'revision-not-found' }] } });
  expect(predicate).not.toHaveProperty('data');
});

test('a derivation that says it is verified, and lists what was not compared, is no more than recorded', async () => {
  await expect(predicateOf({ ...publication, status: 'verified' })).resolves.toMatchObject({
    outcome: { status: 'recorded', notCompared: ['file-contents'] },
  });
});

test('a derivation is not stated of a job that was made anew under the name', async () => {
  const { kept, recorder: into } = recorder();
  const again = { ...processingJob, identity: { ...maker, createdAt: '2026-01-03T00:00:00.000Z' } };
  await expect(recordDataset(publication, again, into)).rejects.toMatchObject({ reason: 'job-changed' });
  expect(kept).toEqual([]);
});
