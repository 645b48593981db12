import type { Derivation } from '../../../core/chain/derivation';
import { type ChainSources, followChain, statusOf } from '../../../core/chain/follow-chain';
import { linkTags } from '../../../core/chain/run-tags';
import { contract } from '../../../core/contract';
import { COMMIT, derivation as recorded, run, unresolved } from './training-findings';

const OTHER = 'f'.repeat(40);
const RUN = '0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b';
const derivation = {
  ...recorded,
  datasets: [
    { path: 'a', md5: '0cc175b9c0f1b6a831c399e269772661' },
    { path: 'b', md5: '14b2c53346e4c151581173b95270ebf2.dir' },
  ],
};
const tags = { ...linkTags(derivation), 'lineage.status': 'recorded', 'lineage.recorded_by': 'cdk-ml-lineage/0.1.0' };

function sources(change: Partial<ChainSources> = {}, more: Record<string, string> = {}): ChainSources {
  const found = run(RUN, { hasModel: true, tags: { ...tags, ...more } });
  return {
    modelVersion: async () => ({ runId: RUN, registeredAt: new Date('2026-01-02T04:00:00Z') }),
    run: async () => found,
    deriveAgain: async () => derivation,
    ...change,
  };
}

const version = { kind: 'model-version', name: 'breast-cancer', version: '2' } as const;
const outcomes = async (given: ChainSources) =>
  (await followChain(version, given)).links.map(({ kind, outcome }) => `${kind}: ${outcome}`);

test('a chain leads from the model version to each dataset, and every link agrees', async () => {
  const chain = await followChain(version, sources());
  expect(chain.links.map(({ kind, value, outcome }) => [kind, value, outcome])).toEqual([
    ['model version', 'breast-cancer version 2', 'agrees'],
    ['run', RUN, 'agrees'],
    ['training job', derivation.job.arn, 'agrees'],
    ['data repository', 'https://git.example.com/team/data.git', 'agrees'],
    ['data revision', 'v1', 'agrees'],
    ['data commit', COMMIT, 'agrees'],
    ['dataset', 'a@0cc175b9c0f1b6a831c399e269772661', 'agrees'],
    ['dataset', 'b@14b2c53346e4c151581173b95270ebf2.dir', 'agrees'],
  ]);
  expect(statusOf(chain)).toBe('recorded');
});

test('a chain may begin with the run', async () => {
  const chain = await followChain({ kind: 'run', runId: RUN }, sources());
  expect(chain.links[0]).toMatchObject({ kind: 'run', outcome: 'agrees' });
});

test.each<[what: string, change: Partial<ChainSources>, broken: string]>([
  ['a version that the registry does not know', { modelVersion: async () => undefined }, 'model version: missing'],
  [
    'a version without a run',
    { modelVersion: async () => ({ runId: undefined, registeredAt: new Date(0) }) },
    'model version: missing',
  ],
  ['a run that MLflow does not know', { run: async () => undefined }, 'run: missing'],
])('%s ends the chain there', async (_what, change, broken) => {
  const found = await outcomes(sources(change));
  expect(found.at(-1)).toBe(broken);
  expect(statusOf(await followChain(version, sources(change)))).toBe('unresolved');
});

test('a run without lineage ends the chain', async () => {
  const bare = run(RUN, { tags: {} });
  expect(await outcomes(sources({ run: async () => bare }))).toEqual(['model version: agrees', 'run: missing']);
});

test('a commit on the run that is not the one found now is a conflict that shows both', async () => {
  const chain = await followChain(version, sources({}, { data_git_commit_id: OTHER }));
  const link = chain.links.find(({ kind }) => kind === 'data commit');
  expect(link).toMatchObject({ value: OTHER, outcome: 'differs', check: expect.stringContaining(COMMIT) });
  expect(statusOf(chain)).toBe('conflict');
});

test('a dataset that only one of run and data commit names is a conflict', async () => {
  const found = await followChain(
    version,
    sources({}, { 'lineage.dataset': 'a@0cc175b9c0f1b6a831c399e269772661\nc@0cc175b9c0f1b6a831c399e269772661' }),
  );
  expect(found.links.filter(({ kind }) => kind === 'dataset').map(({ value, outcome }) => [value[0], outcome])).toEqual(
    [
      ['a', 'agrees'],
      ['b', 'differs'],
      ['c', 'differs'],
    ],
  );
});

test('a job that cannot be looked at again leaves what is tagged, as not compared', async () => {
  const chain = await followChain(version, sources({ deriveAgain: async () => ({ impossible: 'it was deleted' }) }));
  expect(chain.links.slice(2).every(({ outcome }) => outcome === 'not-compared')).toBe(true);
  expect(chain.links.at(-1)?.check).toBe('as tagged: it was deleted');
  expect(statusOf(chain)).toBe('unresolved');
});

test('a derivation that finds a conflict now shows it, whatever is tagged', async () => {
  const now: Derivation = {
    ...derivation,
    status: 'conflict',
    reason: 'listing-differs',
    explanation: 'the listing was replaced',
  };
  const chain = await followChain(version, sources({ deriveAgain: async () => now }));
  expect(chain.links.at(-1)).toMatchObject({ kind: 'conflict', check: 'the listing was replaced' });
  expect(statusOf(chain)).toBe('conflict');
});

test('a data commit on the run that nothing leads to any more differs', async () => {
  const chain = await followChain(version, sources({ deriveAgain: async () => unresolved }));
  expect(chain.links.at(-1)).toMatchObject({ kind: 'data commit', outcome: 'differs' });
});

test('an address that the platform does not allow is missing on the run, and is not shown', async () => {
  const { platform, job, derivedAt } = derivation;
  const foreign: Derivation = {
    version: 1,
    platform,
    job,
    derivedAt,
    assurance: 'configured',
    configured: { dataRepository: 'https://git.example.com/glpat-0123/data.git', dataRevision: 'v1' },
    status: 'unresolved',
    reason: 'repository-not-allowed',
    explanation: 'not one of ours',
  };
  const { [contract.runTags.dataRepository]: _left, ...tagged }: Record<string, string> = tags;
  const chain = await followChain(
    version,
    sources({ run: async () => run(RUN, { tags: tagged }), deriveAgain: async () => foreign }),
  );
  expect(chain.links).toContainEqual(expect.objectContaining({ kind: 'data repository', outcome: 'missing' }));
  expect(JSON.stringify(chain.links)).not.toContain('glpat-0123');
});
