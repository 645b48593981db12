import * as fc from 'fast-check';
import { contract } from '../../../core/contract';
import { canonicalJson } from '../../../core/evidence/canonical-json';
import { type ChainName, chainPrefix, statementKey } from '../../../core/evidence/chain-key';
import { sha256 } from '../../../core/evidence/digest';
import { sealEnvelope } from '../../../core/evidence/dsse';
import type { EvidenceReader } from '../../../core/evidence/evidence-store';
import { chainOfStatement, composeStatement, type Draft } from '../../../core/evidence/statement';
import { type ChainCheck, verifyChain } from '../../../core/evidence/verify-chain';
import { digestSigner } from './digest-signer';
import { outcomeNumber, trainingDraft } from './drafts';
import { ledgerWith } from './ledger';
import type { MemoryStore } from './memory-store';

const chain = chainOfStatement(trainingDraft());
const key = (sequence: number) => statementKey(chain, sequence);
const three = () => ledgerWith(outcomeNumber(1), outcomeNumber(2), outcomeNumber(3));
const codes = (check: ChainCheck) => (check.kind === 'broken' ? check.problems.map(({ code }) => code) : check.kind);
const check = (world: Awaited<ReturnType<typeof three>>, name: ChainName = chain) =>
  verifyChain(name, world.store, world.trusted);

type World = Awaited<ReturnType<typeof three>>;

/** puts a statement of our own signer, with whatever place it claims, where it should not be. */
async function forge(
  world: World,
  at: string,
  draft: Draft,
  sequence: number,
  previous: string | null,
  recordedAt?: string,
) {
  const position = { sequence, previous, recordedAt: recordedAt ?? world.store.now().toISOString() };
  const statement = composeStatement(draft, position);
  world.store.overwrite(at, await sealEnvelope(Buffer.from(canonicalJson(statement)), world.signer));
}

const digestAt = ({ store }: World, sequence: number) => sha256(store.bytes(key(sequence)));
const trainingOf = (change: { name?: string; platform?: string; createdAt?: string }) => {
  const { about } = trainingDraft().predicate;
  const { name = about.name, platform = 'demo', createdAt = about.createdAt } = change;
  return trainingDraft({ platform, about: { ...about, name, createdAt, arn: about.arn.replace(about.name, name) } });
};

test('a chain as it was written is intact, first statement first', async () => {
  const found = await check(await three());
  expect(found.kind === 'intact' && found.statements.map((item) => item.key)).toEqual([key(1), key(2), key(3)]);
});

test('a chain of which there is nothing is absent, which is neither intact nor broken', async () => {
  const other = chainOfStatement(trainingOf({ name: 'train-2' }));
  expect(await check(await three(), other)).toEqual({ kind: 'absent' });
});

test('a chain whose name begins like that of another is not taken for it', async () => {
  const world = await ledgerWith(trainingOf({ name: 'train-1' }), trainingOf({ name: 'train-10' }));
  expect(codes(await check(world))).toBe('intact');
});

test.each<[string, string[], (world: World) => void | Promise<void>]>([
  ['a first statement that is gone', ['gap', 'wrong-previous'], ({ store }) => store.erase(key(1))],
  ['a statement in the middle that is gone', ['gap', 'wrong-previous'], ({ store }) => store.erase(key(2))],
  ['a delete marker', ['delete-marker'], ({ store }) => store.deleteWithMarker(key(2))],
  ['a delete marker on the last statement', ['delete-marker'], ({ store }) => store.deleteWithMarker(key(3))],
  [
    'a delete marker and another statement over it',
    ['delete-marker', 'second-version'],
    async (world) => {
      world.store.deleteWithMarker(key(3));
      await forge(world, key(3), outcomeNumber(9), 3, digestAt(world, 2));
    },
  ],
  [
    'a second version, even with the same bytes',
    ['second-version'],
    ({ store }) => store.overwrite(key(2), store.bytes(key(2))),
  ],
  [
    'a second version that fits as well',
    ['second-version'],
    (world) => forge(world, key(2), outcomeNumber(9), 2, digestAt(world, 1)),
  ],
  [
    'a byte that was changed',
    ['bad-signature', 'wrong-previous'],
    ({ store }) =>
      store.replace(key(2), (bytes) => {
        const envelope = JSON.parse(Buffer.from(bytes).toString());
        const payload = Buffer.from(envelope.payload, 'base64').toString().replace('number 2', 'number 7');
        envelope.payload = Buffer.from(payload).toString('base64');
        return Buffer.from(canonicalJson(envelope));
      }),
  ],
  [
    'a statement that names another as the one before',
    ['wrong-previous'],
    (world) => forge(world, key(4), outcomeNumber(4), 4, digestAt(world, 2)),
  ],
  [
    'a statement of another job',
    ['other-chain'],
    (world) => forge(world, key(4), trainingOf({ name: 'train-2' }), 4, digestAt(world, 3)),
  ],
  [
    'a statement of the same job on another platform',
    ['other-chain'],
    (world) => forge(world, key(4), trainingOf({ platform: 'other' }), 4, digestAt(world, 3)),
  ],
  [
    'a statement of an earlier incarnation of the job',
    ['other-chain'],
    (world) => forge(world, key(4), trainingOf({ createdAt: '2025-01-01T00:00:00.000Z' }), 4, digestAt(world, 3)),
  ],
  [
    'a statement under the number of another',
    ['wrong-sequence'],
    (world) => forge(world, key(4), outcomeNumber(4), 5, digestAt(world, 3)),
  ],
  [
    'a statement that was stored before the one before it',
    ['stored-out-of-order', 'time-differs'],
    async (world) => {
      world.store.advance(-30 * 24 * 3600);
      await forge(world, key(4), outcomeNumber(4), 4, digestAt(world, 3), '2026-01-02T07:00:00.000Z');
    },
  ],
  [
    'a statement that says it is older than it is',
    ['time-differs'],
    (world) => forge(world, key(4), outcomeNumber(4), 4, digestAt(world, 3), '2026-01-02T03:00:00.000Z'),
  ],
  [
    'an object that is no statement',
    ['foreign-key'],
    ({ store }) => store.overwrite(`${chainPrefix(chain)}x`, Buffer.from('x')),
  ],
  [
    'a statement that somebody else signed',
    ['untrusted-key'],
    (world) => forge({ ...world, signer: digestSigner() }, key(4), outcomeNumber(4), 4, digestAt(world, 3)),
  ],
  [
    'an object as large as no statement may be',
    ['too-large'],
    ({ store }) => store.overwrite(key(4), Buffer.alloc(contract.limits.evidenceEnvelopeBytes + 1)),
  ],
])('finds %s', async (_what, expected, tamper) => {
  const world = await three();
  await tamper(world);
  expect(codes(await check(world))).toEqual(expected);
});

test('two statements that changed places are both found', async () => {
  const world = await three();
  const [second, third] = [world.store.bytes(key(2)), world.store.bytes(key(3))];
  world.store.replace(key(2), () => third);
  world.store.replace(key(3), () => second);
  const problems = codes(await check(world));
  expect(problems).toEqual(expect.arrayContaining(['wrong-sequence', 'wrong-previous']));
});

test('of two versions of the same second, the one that was written first is read', async () => {
  const world = await three();
  const written = digestAt(world, 3);
  await forge(world, key(3), outcomeNumber(9), 3, digestAt(world, 2));
  const reader: EvidenceReader = {
    async *versions(prefix) {
      for await (const version of world.store.versions(prefix)) {
        yield { ...version, storedAt: new Date('2026-01-02T04:00:00.000Z') };
      }
    },
    read: (...args) => world.store.read(...args),
  };
  const found = await verifyChain(chain, reader, world.trusted);
  expect(found.kind === 'broken' && found.statements.at(-1)?.sha256).toBe(written);
  expect(codes(found)).toContain('second-version');
});

test('a version that is listed and cannot be read is found', async () => {
  const world = await three();
  const reader = { versions: (prefix: string) => world.store.versions(prefix), read: async () => undefined };
  expect(codes(await verifyChain(chain, reader, world.trusted))).toEqual(['unreadable', 'unreadable', 'unreadable']);
});

test('a listing without end is given up', async () => {
  const world = await three();
  const reader = {
    async *versions() {
      for (let count = 0; ; count += 1) {
        yield { key: key(1), versionId: `${count}`, isDeleteMarker: true, sizeBytes: 0, storedAt: world.store.now() };
      }
    },
    read: async () => undefined,
  };
  expect(codes(await verifyChain(chain, reader, world.trusted))).toEqual(['too-many-versions']);
});

test('nothing that is done to a chain of three leaves it intact, but for cutting it at its end', async () => {
  const world = await three();
  const sequence = fc.integer({ min: 1, max: 3 });
  const tampering = fc.oneof(
    sequence.map((at) => (store: MemoryStore) => store.deleteWithMarker(key(at))),
    sequence.map((at) => (store: MemoryStore) => store.overwrite(key(at), Buffer.from('{}'))),
    fc.integer({ min: 1, max: 2 }).map((at) => (store: MemoryStore) => store.erase(key(at))),
    fc.tuple(sequence, fc.nat(500), fc.integer({ min: 1, max: 255 })).map(
      ([at, index, bits]) =>
        (store: MemoryStore) =>
          store.replace(key(at), flipBits(index, bits)),
    ),
  );
  await fc.assert(
    fc.asyncProperty(tampering, async (tamper) => {
      const store = world.store.copy();
      tamper(store);
      expect((await verifyChain(chain, store, world.trusted)).kind).toBe('broken');
    }),
  );
  expect((await check(world)).kind).toBe('intact');
});

const flipBits = (index: number, bits: number) => (bytes: Uint8Array) => {
  const changed = Buffer.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ bits;
  return changed;
};
