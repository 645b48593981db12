import { appendFirst, appendStatement } from '../../../core/evidence/append-statement';
import { ChainBroken } from '../../../core/evidence/chain-ends';
import { statementKey } from '../../../core/evidence/chain-key';
import { chainOfStatement } from '../../../core/evidence/statement';
import { digestSigner } from './digest-signer';
import { COMMIT, dataRevisionDraft, outcomeNumber, trainingDraft } from './drafts';
import { ledgerWith, newLedger } from './ledger';

const chain = chainOfStatement(trainingDraft());
const key = (sequence: number) => statementKey(chain, sequence);

test('the first statement has number 1, the next one names its digest', async () => {
  const { ledger } = newLedger();
  const one = await appendStatement(outcomeNumber(1), ledger);
  const two = await appendStatement(outcomeNumber(2), ledger);
  expect(one).toMatchObject({ key: key(1), isNew: true, statement: { predicate: { previous: null } } });
  expect(two).toMatchObject({ key: key(2), isNew: true, statement: { predicate: { previous: one.sha256 } } });
});

test('the same outcome again is not written again', async () => {
  const { ledger, store } = await ledgerWith(outcomeNumber(1));
  store.advance(24 * 3600);
  expect(await appendStatement(outcomeNumber(1), ledger)).toMatchObject({ key: key(1), isNew: false });
  expect(store.keys()).toEqual([key(1)]);
});

test('an outcome that comes back is written again: the chain tells what was found in which order', async () => {
  const { store } = await ledgerWith(outcomeNumber(1), outcomeNumber(2), outcomeNumber(1));
  expect(store.keys()).toEqual([key(1), key(2), key(3)]);
});

test.each<[string, string, (world: Awaited<ReturnType<typeof ledgerWith>>) => void]>([
  ['a gap', 'gap', ({ store }) => store.erase(key(1))],
  ['a delete marker', 'delete-marker', ({ store }) => store.deleteWithMarker(key(2))],
  ['a second version', 'second-version', ({ store }) => store.overwrite(key(1), store.bytes(key(1)))],
  [
    'a last statement that is not signed',
    'malformed-envelope',
    ({ store }) => store.replace(key(2), () => Buffer.from('{}')),
  ],
])('adds nothing to a chain with %s', async (_what, code, tamper) => {
  const world = await ledgerWith(outcomeNumber(1), outcomeNumber(2));
  tamper(world);
  const before = world.store.keys();
  const failure = await appendStatement(outcomeNumber(3), world.ledger).catch((error) => error);
  expect(failure).toBeInstanceOf(ChainBroken);
  expect(failure.problems).toMatchObject([{ code }]);
  expect(world.store.keys()).toEqual(before);
});

describe('what is written as the first of its chain', () => {
  const moved = dataRevisionDraft('f'.repeat(40));

  test('is what everybody learns who comes later', async () => {
    const { ledger } = newLedger();
    expect(await appendFirst(dataRevisionDraft(), ledger)).toMatchObject({ isNew: true });
    expect(await appendFirst(moved, ledger)).toMatchObject({
      isNew: false,
      statement: { predicate: { resolution: { value: { dataCommit: COMMIT } } } },
    });
  });

  test('stays what it is where another writer was first', async () => {
    const { ledger } = newLedger();
    const late = { ...ledger, writer: { writeOnce: async () => 'taken' as const } };
    await expect(appendFirst(moved, late)).rejects.toThrow('another writer was first; try again');
  });

  test('is believed only as it was written', async () => {
    const { ledger, store } = await ledgerWith(dataRevisionDraft());
    const [key = ''] = store.keys();
    store.overwrite(key, store.bytes(key));
    await expect(appendFirst(moved, ledger)).rejects.toBeInstanceOf(ChainBroken);
  });
});

test('writes nothing that its readers would refuse', async () => {
  const { ledger, store, signer } = newLedger();
  const wrong = { ...digestSigner(), keyid: signer.keyid };
  await expect(appendStatement(outcomeNumber(1), { ...ledger, signer: wrong })).rejects.toThrow('bad-signature');
  await expect(appendStatement(outcomeNumber(1), { ...ledger, signer: digestSigner() })).rejects.toThrow(
    'untrusted-key',
  );
  expect(store.keys()).toEqual([]);
});

test('gives up, to be tried again, where others take every place first', async () => {
  const { ledger } = newLedger();
  const writer = { writeOnce: async () => 'taken' as const };
  await expect(appendStatement(outcomeNumber(1), { ...ledger, writer })).rejects.toThrow('try again later');
});
