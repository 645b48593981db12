import { citeDataset, type DatasetStatements, type StoredDataset } from '../../../core/chain/dataset-citation';
import type { Derivation } from '../../../core/chain/derivation';
import {
  attested,
  cited,
  derivation,
  job,
  maker,
  NOW,
  publication,
  statements,
  storedDataset,
  unresolved,
} from './training-findings';

const NONE = { citation: null };
const LATE = new Date(job.endedAt.getTime() + 600_000);

/** Evidence without a statement; a default parameter cannot be given as undefined. */
const without: DatasetStatements = { ...statements(), lastStatement: async () => undefined };

const ofDataset = (change: Partial<(typeof publication.datasets)[number]>): StoredDataset =>
  storedDataset({ ...publication, datasets: publication.datasets.map((dataset) => ({ ...dataset, ...change })) });

test('the statement about the dataset is cited by its key and digest', async () => {
  await expect(citeDataset(attested, job, statements(), NOW)).resolves.toEqual(cited);
});

test('the statement is looked for about the incarnation of the processing job that SageMaker describes', async () => {
  const asked: unknown[] = [];
  const lastStatement = async (about: unknown) => {
    asked.push(about);
    return storedDataset();
  };
  await citeDataset(attested, job, { ...statements(), lastStatement }, NOW);
  expect(asked).toEqual([maker]);
});

test('a slash at the end of an address makes no difference', async () => {
  const describeMaker = async () => ({ identity: maker, handoverUri: `${job.setup.handoverUri}/` });
  await expect(citeDataset(attested, job, { ...statements(), describeMaker }, NOW)).resolves.toEqual(cited);
});

const { madeBy: _madeBy, ...withoutMaker } = attested;
test.each<[what: string, of: Derivation]>([
  ['was handed nothing by our toolkit', derivation],
  ['was handed a document that does not say who wrote it', withoutMaker],
  ['has no data', unresolved],
  ['is in conflict already', { ...attested, status: 'conflict', reason: 'listing-differs', explanation: 'x' }],
])('a job that %s cites nothing, and nobody is asked', async (_what, of) => {
  const never = () => Promise.reject(new Error('asked'));
  await expect(citeDataset(of, job, { describeMaker: never, lastStatement: never }, NOW)).resolves.toEqual(NONE);
});

test('a processing job that is not there any more has nothing to cite', async () => {
  const gone: DatasetStatements = { ...statements(), describeMaker: async () => undefined };
  await expect(citeDataset(attested, job, gone, NOW)).resolves.toEqual(NONE);
});

test.each([undefined, 's3://artifacts/lineage/other'])(
  'a processing job that is configured to hand on at %s, but is said to have handed on, is a conflict',
  async (handoverUri) => {
    const describeMaker = async () => ({ identity: maker, handoverUri });
    await expect(citeDataset(attested, job, { ...statements(), describeMaker }, NOW)).resolves.toEqual({
      citation: null,
      difference: {
        code: 'handover-differs',
        explanation: 'lineage.json names a processing job that is not configured to write it',
      },
    });
  },
);

test('a statement that is not there is waited for, but not for ever', async () => {
  const almost = new Date(LATE.getTime() - 1000);
  await expect(citeDataset(attested, job, without, almost)).rejects.toThrow(/Prepare-1 yet, 599 seconds after/);
  await expect(citeDataset(attested, job, without, almost)).rejects.not.toMatchObject({ name: 'CannotSucceed' });
  await expect(citeDataset(attested, job, without, LATE)).resolves.toEqual(NONE);
});

const configured = { ...publication, configured: { ...publication.configured, dataRevision: 'v0' } };
const [dataset] = publication.datasets;
const conflict = { ...publication, status: 'conflict', reason: 'listing-differs', explanation: 'x' } as const;

test.each<[what: string, stored: StoredDataset, told: string]>([
  [
    'another commit',
    storedDataset({ ...publication, dataCommit: 'f'.repeat(40) }),
    `v1 was the data commit ${'f'.repeat(40)}`,
  ],
  ['another revision', storedDataset(configured), 'published as v0, the job was given v1'],
  [
    'another repository',
    storedDataset({
      ...publication,
      configured: { ...publication.configured, dataRepository: 'https://git.example.com/team/other.git' },
    }),
    'another data repository',
  ],
  ['another md5', ofDataset({ md5: '0'.repeat(32) }), `a was published as ${'0'.repeat(32)}`],
  ['another dataset', ofDataset({ path: 'b' }), 'a was published as none'],
  ['other files', ofDataset({ treeSha256: '0'.repeat(64) }), `had the digest ${'0'.repeat(64)} when`],
  [
    'one dataset more',
    storedDataset({ ...publication, datasets: [...publication.datasets, { ...dataset, path: 'b' } as never] }),
    'b was published',
  ],
  ['a conflict', storedDataset(conflict), 'is itself conflict: listing-differs'],
  ['nothing that was found', storedDataset({ ...unresolved, job: maker }), 'is itself unresolved: revision-not-found'],
])('a statement that says %s is a conflict, and still cited', async (_what, stored, told) => {
  await expect(citeDataset(attested, job, statements(stored), NOW)).resolves.toEqual({
    ...cited,
    difference: { code: 'dataset-statement-differs', explanation: expect.stringContaining(told) },
  });
});
