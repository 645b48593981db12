import { type DatasetDraft, datasetDraft as derivedDraft } from '../../../core/chain/dataset-draft';
import type { Derivation } from '../../../core/chain/derivation';
import { processingJob, publication } from '../chain/training-findings';
import { digestOf } from '../dvc/remote-in-memory';
import { datasetDraft, trainingDraft } from '../evidence/drafts';
import { EstateInMemory, preparation, UNTIL, walkThrough } from './estate-in-memory';

const CONTENT = 'a,target\n1,0\n';
const MD5 = digestOf(CONTENT);
const SUBJECT = `s3://bucket/dvc#a@${MD5}`;

let estate: EstateInMemory;

const look = () => walkThrough(estate, { only: 'datasets' });

/** A statement about a dataset of one file, as the processing job of this name published it. */
function published(name = 'Prepare-1', change: Partial<Derivation> = {}): DatasetDraft {
  const job = preparation(name);
  return derivedDraft({
    derivation: {
      ...publication,
      job: job.identity as never,
      datasets: [{ path: 'a', md5: MD5, sizeBytes: CONTENT.length }],
      ...change,
    } as Derivation,
    job: { ...processingJob, ...job } as never,
    firstSeen: undefined,
    remoteUrl: estate.remote.url,
    at: UNTIL,
    recordedBy: 'lineage/1.2.3',
  });
}

const twoVersions = { versions: [1, 2].map(() => ({ sizeBytes: CONTENT.length, eTag: MD5, kept: true })) };

beforeEach(() => {
  estate = new EstateInMemory();
  estate.remote.put(CONTENT);
});

test('a dataset whose objects are as they were is sound', async () => {
  await estate.state(published());
  expect(await look()).toMatchObject({
    gaps: [],
    walk: { looked: { datasets: { seen: 1, ours: 1 } }, datasets: [MD5] },
  });
});

test('a dataset whose object is missing is reported', async () => {
  await estate.state(published());
  estate.remote.remove(MD5);
  const { gaps, explanations } = await look();
  expect(gaps).toEqual([`dataset-missing ${SUBJECT} reported`]);
  expect(explanations[0]).toContain('demo/processing-job/Prepare-1/20260102T020000.000Z/000001.json');
});

test('a dataset whose object was written over is reported', async () => {
  await estate.state(published());
  estate.remote.setHistory(MD5, {
    versions: [
      { sizeBytes: 99, eTag: 'f'.repeat(32), kept: true },
      { sizeBytes: CONTENT.length, eTag: MD5, kept: true },
    ],
  });
  expect((await look()).gaps).toEqual([`dataset-changed ${SUBJECT} reported`]);
});

test('a dataset whose object was deleted and put back is reported', async () => {
  await estate.state(published());
  estate.remote.setHistory(MD5, { versions: twoVersions.versions.slice(1), deleted: true });
  expect((await look()).gaps).toEqual([`dataset-changed ${SUBJECT} reported`]);
});

test('a second version whose bytes nobody can tell of is reported, unless it was there before', async () => {
  await estate.state(published());
  const encrypted = twoVersions.versions.map((version) => ({ ...version, eTag: 'of-kms' }));
  estate.remote.setHistory(MD5, { versions: encrypted });
  expect((await look()).gaps).toEqual([`dataset-changed ${SUBJECT} reported`]);
  await estate.state(published('Prepare-1', { notCompared: ['file-contents', 'object-versions'] } as never));
  expect((await look()).gaps).toEqual([]);
});

test('what the statement itself found is no news', async () => {
  await estate.state(published());
  estate.remote.setHistory(MD5, { versions: twoVersions.versions.slice(1), deleted: true });
  expect((await look()).gaps).toHaveLength(1);
  const { notCompared: _notCompared, ...common } = publication;
  await estate.state(
    published('Prepare-1', {
      ...common,
      datasets: [{ path: 'a', md5: MD5 }],
      status: 'conflict',
      reason: 'object-overwritten',
      explanation: 'it was deleted at some time',
    } as never),
  );
  expect((await look()).gaps).toEqual([]);
});

test('a statement without a dataset has none to check', async () => {
  const { datasets: _datasets, dataCommit: _commit, notCompared: _notCompared, ...common } = publication;
  const unresolved = { ...common, status: 'unresolved', reason: 'dataset-not-found', explanation: 'there is none' };
  const draft = published();
  const { data: _data, remote: _remote, ...predicate } = draft.predicate;
  const outcome = { status: 'unresolved', assurance: 'attested', notCompared: [] } as const;
  const reasons = [{ code: 'dataset-not-found' as const, explanation: unresolved.explanation }];
  await estate.state({ ...draft, predicate: { ...predicate, outcome: { ...outcome, reasons } } } as never);
  expect((await look()).gaps).toEqual([]);
});

test('a dataset of several statements is checked once in a walk', async () => {
  await estate.state(published('Prepare-1'));
  await estate.state(published('Prepare-2'));
  await estate.state(published('Prepare-3'));
  estate.remote.remove(MD5);
  expect((await look()).gaps).toHaveLength(1);
  expect(estate.remote.asked.history).toBe(1);
});

test('a training that cites a statement of the same time adds nothing to it', async () => {
  await estate.state(datasetDraft());
  await estate.state(trainingDraft());
  const { gaps } = await look();
  expect(gaps.map((gap) => gap.split(' ')[0])).toEqual(['dataset-missing']);
});

test('a training that cites none says itself which dataset it was given', async () => {
  await estate.state(trainingDraft({ datasetStatement: null }));
  expect((await look()).gaps).toEqual([
    'dataset-missing s3://bucket/dvc#data/train@14b2c53346e4c151581173b95270ebf2.dir reported',
  ]);
});
