import fc from 'fast-check';
import { planGraph } from '../../../core/chain/lineage-graph-plan';
import type { StoredTraining } from '../../../core/chain/run-tags';
import { trainingDraft } from '../../../core/chain/training-draft';
import {
  attested,
  cited,
  derivation,
  firstSeen,
  job,
  model,
  NOW,
  publication,
  run,
  stored,
  storedDataset,
  unresolved,
} from './training-findings';

const REMOTE = 's3://bucket/dvc';
const FILE = '0cc175b9c0f1b6a831c399e269772661';

function training(
  of: Parameters<typeof trainingDraft>[0]['derivation'] = attested,
  runs = [run('r1'), run('r2')],
): StoredTraining {
  return stored(
    trainingDraft({
      derivation: of,
      job,
      runs,
      areMoreRuns: false,
      claims: [],
      dataset: cited,
      model,
      statedModel: undefined,
      // as it was then: a revision that has moved since is a conflict.
      firstSeen: of.status === 'unresolved' ? undefined : { ...firstSeen, dataCommit: of.dataCommit },
      at: NOW,
      recordedBy: 'lineage/1.2.3',
    }),
  );
}

const withDatasets = (datasets: object[]) => ({ ...attested, datasets }) as typeof attested;

test('the datasets of a training job contribute to it, and the job to the actions of its runs', () => {
  expect(planGraph(training(), REMOTE)).toMatchObject({
    job: { arn: job.identity.arn, createdAt: job.identity.createdAt },
    relation: 'ContributedTo',
    jobIs: 'destination',
    runIds: ['r1', 'r2'],
    datasets: [{ sourceUri: `s3://bucket/dvc/files/md5/0c/${FILE.slice(2)}`, md5: FILE }],
  });
});

test('a processing job of the toolkit produced its datasets; of another it is known only that it was told to', () => {
  expect(planGraph(storedDataset(), 'unused')).toMatchObject({
    relation: 'Produced',
    jobIs: 'source',
    runIds: [],
    // the remote is the one that the statement names.
    datasets: [{ sourceUri: `s3://bucket/dvc/files/md5/0c/${FILE.slice(2)}` }],
  });
  const configured = storedDataset({
    ...publication,
    assurance: 'configured',
    notCompared: ['file-contents', 'handover'],
  });
  expect(planGraph(configured, REMOTE)).toMatchObject({ relation: 'AssociatedWith', jobIs: 'source' });
});

test.each([
  ['a dataset', storedDataset({ ...publication, status: 'conflict', reason: 'tag-differs', explanation: 'x' })],
  ['a training', training({ ...attested, status: 'conflict', reason: 'tag-differs', explanation: 'x' })],
  ['a training of no run', training(derivation, [])],
  ['a training of no data', training(unresolved)],
])('a statement about %s in which something disagrees or is missing adds nothing', (_what, statement) => {
  expect(statement.statement.predicate.outcome.status).toMatch(/conflict|unresolved/);
  expect(planGraph(statement, REMOTE)).toBeUndefined();
});

test('a node says by which statement, and at which commit, its data was seen', () => {
  const { datasets } = planGraph(training(), REMOTE) ?? { datasets: [] };
  expect(datasets[0]?.properties).toEqual({
    data_git_commit_id: attested.dataCommit,
    'lineage.data_repository': 'https://git.example.com/team/data.git',
    'lineage.data_revision': 'v1',
    'lineage.dataset': `a@${FILE}`,
    'lineage.status': 'recorded',
    'lineage.assurance': 'attested',
    'lineage.evidence': `${training().key}@sha256:${training().sha256}`,
    'lineage.platform': 'demo',
    'lineage.recorded_by': 'lineage/1.2.3',
  });
});

test('the same data at two commits and two paths is one node, and in another remote another', () => {
  const [first] = planGraph(training(), REMOTE)?.datasets ?? [];
  const copies = training({
    ...withDatasets([
      { path: 'b', md5: FILE },
      { path: 'c', md5: FILE },
    ]),
    dataCommit: 'f'.repeat(40),
  });
  const [second, ...more] = planGraph(copies, REMOTE)?.datasets ?? [];
  expect(more).toEqual([]);
  expect(second).toMatchObject({ name: first?.name, sourceUri: first?.sourceUri, md5: FILE });
  expect(second?.properties['lineage.dataset']).toBe(`b@${FILE}, c@${FILE}`);
  const [other] = planGraph(training(), 's3://other/dvc')?.datasets ?? [];
  expect(other?.name).not.toBe(first?.name);
});

test('a dataset whose objects have the names of DVC 2 has no address that was looked at', () => {
  const legacy = training(withDatasets([{ path: 'old', md5: FILE, legacyHash: true }]));
  expect(planGraph(legacy, REMOTE)?.datasets).toEqual([]);
});

const md5 = fc.tuple(fc.stringMatching(/^[0-9a-f]{32}$/), fc.constantFrom('', '.dir')).map((parts) => parts.join(''));
const path = fc
  .string({ minLength: 1, maxLength: 1024, unit: 'grapheme' })
  .filter((text) => !/\p{Cc}|[\u2028\u2029]/u.test(text) && text.length <= 1024);

test('whatever the datasets are, names, addresses and properties are such as the API takes, and no name is taken twice', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ path, md5 }), { minLength: 1, maxLength: 200 }), (datasets) => {
      const nodes = planGraph(training(withDatasets(datasets)), REMOTE)?.datasets ?? [];
      expect(new Set(nodes.map(({ md5: one }) => one))).toEqual(new Set(datasets.map(({ md5: one }) => one)));
      for (const nameOrUri of ['name', 'sourceUri'] as const) {
        expect(new Set(nodes.map((node) => node[nameOrUri])).size).toBe(nodes.length);
      }
      for (const { name, sourceUri, properties } of nodes) {
        expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}$/);
        expect(sourceUri).toMatch(/^s3:\/\/bucket\/dvc\/files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?$/);
        expect(Object.keys(properties).length).toBeLessThanOrEqual(30);
        for (const value of Object.values(properties)) {
          expect(value.length).toBeLessThanOrEqual(2500);
          expect(value).toMatch(/^.*$/);
        }
      }
    }),
    { numRuns: 50 },
  );
});
