import { contract } from '../../../core/contract';
import { appendStatement } from '../../../core/evidence/append-statement';
import { chainPrefix, publicKeyKey, statementKey } from '../../../core/evidence/chain-key';
import { dayBefore } from '../../../core/evidence/day';
import type { EvidenceReader } from '../../../core/evidence/evidence-store';
import { recordCheckpoint } from '../../../core/evidence/record-checkpoint';
import { chainOfStatement } from '../../../core/evidence/statement';
import { surveyChains } from '../../../core/evidence/survey-chains';
import { verifyChain } from '../../../core/evidence/verify-chain';
import { census, datasetDraft, outcomeNumber, RECORDED_BY, trainingDraft } from './drafts';
import { ledgerWith } from './ledger';

const training = chainOfStatement(trainingDraft());
const dataset = chainOfStatement(datasetDraft());
const checkpoints = { platform: 'demo', kind: 'checkpoint' } as const;
const TODAY = dayBefore(new Date('2026-01-03T03:00:00Z'));
const TOMORROW = dayBefore(new Date('2026-01-04T03:00:00Z'));

type World = Awaited<ReturnType<typeof ledgerWith>>;

/** two chains with three statements. */
const twoChains = () => ledgerWith(outcomeNumber(1), datasetDraft(), outcomeNumber(2));

function checkpoint({ ledger }: World, day = TODAY) {
  return recordCheckpoint({ platform: 'demo', recordedBy: RECORDED_BY, day }, census, ledger);
}

/** the two chains, and a checkpoint over them. */
async function checkpointed() {
  const world = await twoChains();
  const { heads } = (await checkpoint(world)).checkpoint;
  const survey = () => surveyChains('demo', heads, 'all', world.ledger);
  return { ...world, heads, survey, next: () => checkpoint(world, TOMORROW) };
}

test('a checkpoint counts chains and statements and names where each chain ends', async () => {
  const world = await twoChains();
  const { checkpoint: made, key } = await checkpoint(world);
  expect(key).toBe('demo/checkpoint/000001.json');
  expect(made).toMatchObject({
    day: '2026-01-02',
    counts: { chains: 2, statements: 3 },
    heads: [
      { chain: chainPrefix(dataset), sequence: 1 },
      { chain: chainPrefix(training), sequence: 2 },
    ],
    problems: { found: 0, shown: [] },
    census: census(),
  });
});

test('chains that are as they were, or have grown, or are new, agree with a checkpoint', async () => {
  const { survey, ledger } = await checkpointed();
  expect(await survey()).toMatchObject({ chains: 2, problems: [] });
  await appendStatement(outcomeNumber(3), ledger);
  await appendStatement(trainingDraft({ about: another('train-2') }), ledger);
  expect(await survey()).toMatchObject({ chains: 3, problems: [] });
});

/** what somebody does to the evidence, and what is found. */
const TAMPERING: [string, (world: World) => unknown, string, string][] = [
  [
    'a chain that was cut at its end, intact in itself',
    ({ store }) => store.erase(statementKey(training, 2)),
    'truncated',
    chainPrefix(training),
  ],
  [
    'a chain that is gone altogether',
    ({ store }) => store.erase(statementKey(dataset, 1)),
    'truncated',
    chainPrefix(dataset),
  ],
  [
    'a chain that was cut and grew again, signed with the true key',
    async ({ store, ledger }) => {
      store.erase(statementKey(training, 2));
      await appendStatement(outcomeNumber(7), ledger);
    },
    'head-differs',
    statementKey(training, 2),
  ],
  [
    'a chain that was cut and grew beyond its old end, signed with the true key',
    async ({ store, ledger }) => {
      store.erase(statementKey(training, 2));
      await appendStatement(outcomeNumber(7), ledger);
      await appendStatement(outcomeNumber(8), ledger);
    },
    'head-differs',
    statementKey(training, 2),
  ],
  [
    'a delete marker on an old statement',
    ({ store }) => store.deleteWithMarker(statementKey(training, 1)),
    'delete-marker',
    statementKey(training, 1),
  ],
  [
    'a second version of an old statement',
    ({ store }) => store.overwrite(statementKey(training, 1), Buffer.from('{}')),
    'second-version',
    statementKey(training, 1),
  ],
  ['a gap', ({ store }) => store.erase(statementKey(training, 1)), 'gap', statementKey(training, 2)],
  [
    'changed bytes at the end of a chain',
    ({ store }) => store.replace(statementKey(training, 2), () => Buffer.from('{}')),
    'malformed-envelope',
    statementKey(training, 2),
  ],
  [
    'bytes after the end of a chain',
    ({ store }) => store.overwrite(statementKey(training, 3), Buffer.from('{}')),
    'malformed-envelope',
    statementKey(training, 3),
  ],
  [
    'a file beside the chains',
    ({ store }) => store.overwrite('demo/note.txt', Buffer.from('x')),
    'foreign-key',
    'demo/note.txt',
  ],
  [
    'a file inside a chain',
    ({ store }) => store.overwrite(`${chainPrefix(training)}a/b`, Buffer.from('x')),
    'foreign-key',
    `${chainPrefix(training)}a/b`,
  ],
  [
    'a public key that was written over',
    ({ store, signer }) => {
      store.overwrite(publicKeyKey('demo', signer.keyid), Buffer.from('one'));
      store.overwrite(publicKeyKey('demo', signer.keyid), Buffer.from('other'));
    },
    'second-version',
    '.pem',
  ],
];

describe.each(TAMPERING)('%s', (_what, tamper, code, key) => {
  const found = expect.arrayContaining([{ code, key: expect.stringContaining(key), explanation: expect.any(String) }]);

  test('is found by whoever verifies against the checkpoint', async () => {
    const world = await checkpointed();
    await tamper(world);
    expect((await world.survey()).problems).toEqual(found);
  });

  test('is said by each checkpoint after it', async () => {
    const world = await checkpointed();
    await tamper(world);
    for (const day of [TOMORROW, dayBefore(new Date('2026-01-05T03:00:00Z'))]) {
      const { checkpoint: made, problems } = await checkpoint(world, day);
      expect(problems).toEqual(found);
      expect(made.problems.found).toBe(problems.length);
      expect(made.problems.shown).toContainEqual({
        code,
        key: { value: expect.stringContaining(key) },
        explanation: expect.any(String),
      });
      // an end is not replaced by an earlier one, or by another one.
      expect(made.heads).toEqual(world.heads);
    }
  });
});

test('changed bytes of an old statement are found by whoever reads all of them', async () => {
  const { survey, store, next } = await checkpointed();
  store.replace(statementKey(training, 1), () => Buffer.from('{}'));
  expect((await survey()).problems).toMatchObject([
    { code: 'malformed-envelope', key: statementKey(training, 1) },
    { code: 'wrong-previous', key: statementKey(training, 2) },
  ]);
  // S3 changes no version's bytes, so the daily checkpoint reads each old statement once.
  expect((await next()).problems).toEqual([]);
});

test('a chain that was broken from its beginning is said each day, and has no end that could be taken for good', async () => {
  const world = await ledgerWith(outcomeNumber(1), outcomeNumber(2));
  world.store.replace(statementKey(training, 1), () => Buffer.from('{}'));
  for (const day of [TODAY, TOMORROW]) {
    const { checkpoint: made } = await checkpoint(world, day);
    expect(made.heads).toEqual([]);
    expect(made.problems.shown[0]).toMatchObject({ code: 'malformed-envelope' });
  }
});

test('what somebody else named is told in clear only where it can do no harm', async () => {
  const world = await twoChains();
  for (const key of ['demo/https://user:token@host', `demo/\u202Eevil`, `demo/${'x'.repeat(2000)}`]) {
    world.store.overwrite(key, Buffer.from('x'));
  }
  const { checkpoint: made } = await checkpoint(world);
  expect(made.problems.shown.map(({ key }) => key)).toEqual(
    Array.from({ length: 3 }, () => ({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })),
  );
  expect(JSON.stringify(made)).not.toMatch(/token|evil/);
});

test('more problems than a checkpoint has room for are counted', async () => {
  const world = await twoChains();
  const many = contract.limits.evidenceCheckpointProblems + 7;
  for (let index = 0; index < many; index += 1) {
    world.store.overwrite(`demo/${index}`, Buffer.from('x'));
  }
  const { problems } = (await checkpoint(world)).checkpoint;
  expect([problems.found, problems.shown.length]).toEqual([many, contract.limits.evidenceCheckpointProblems]);
});

test('checkpoints make one chain: a new one each day, and none where nothing is new', async () => {
  const world = await checkpointed();
  expect(await checkpoint(world)).toMatchObject({ isNew: false });
  expect(await world.next()).toMatchObject({ isNew: true, checkpoint: { day: '2026-01-03', sequence: 2 } });
  const found = await verifyChain(checkpoints, world.store, world.trusted);
  expect(found.kind === 'intact' && found.statements.length).toBe(2);
});

test('two at once add one checkpoint, whatever was added to the chains meanwhile', async () => {
  const world = await twoChains();
  const [one, other] = await Promise.all([checkpoint(world), checkpoint(world)]);
  expect([one.isNew, other.isNew].sort()).toEqual([false, true]);
  expect(one.key).toBe(other.key);
});

test('a checkpoint that was overtaken is made anew, so that no end goes back', async () => {
  const world = await twoChains();
  const { ledger, store } = world;
  let overtaken = false;
  const writer: typeof ledger.writer = {
    async writeOnce(key, bytes) {
      if (!overtaken) {
        overtaken = true;
        await appendStatement(outcomeNumber(3), ledger);
        await checkpoint(world);
      }
      return store.writeOnce(key, bytes);
    },
  };
  const made = await checkpoint({ ...world, ledger: { ...ledger, writer } });
  expect(made).toMatchObject({ isNew: false, checkpoint: { sequence: 1, counts: { statements: 4 } } });
});

test('a checkpoint reads the known end of each chain and what came after it, and nothing else', async () => {
  const world = await checkpointed();
  await appendStatement(outcomeNumber(3), world.ledger);
  const read: string[] = [];
  const reader: EvidenceReader = {
    versions: (prefix) => world.store.versions(prefix),
    read: (key, version, limit) => {
      read.push(key);
      return world.store.read(key, version, limit);
    },
  };
  await checkpoint({ ...world, ledger: { ...world.ledger, reader } }, TOMORROW);
  expect(read.sort()).toEqual([
    'demo/checkpoint/000001.json',
    statementKey(dataset, 1),
    statementKey(training, 2),
    statementKey(training, 3),
  ]);
});

test('a chain of checkpoints that was tampered with is not continued', async () => {
  const { store, next } = await checkpointed();
  store.deleteWithMarker('demo/checkpoint/000001.json');
  await expect(next()).rejects.toThrow(/tampered with.*delete-marker/);
});

test('a platform without evidence has a checkpoint too, which says so', async () => {
  const world = await ledgerWith();
  expect((await checkpoint(world)).checkpoint).toMatchObject({ counts: { chains: 0, statements: 0 }, heads: [] });
});

function another(name: string) {
  const { about } = trainingDraft().predicate;
  return { ...about, arn: about.arn.replace('train-1', name), name };
}
