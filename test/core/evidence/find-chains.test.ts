import { findChains } from '../../../core/evidence/find-chains';
import { KINDS } from '../../../core/evidence/incarnation';
import { readTrustedKeys } from '../../../core/evidence/read-trusted-keys';
import { digestSigner } from './digest-signer';
import { MemoryStore } from './memory-store';

const bytes = Buffer.from('{}');

test('every job that ever had the name has a chain of its own, the oldest first', async () => {
  const store = new MemoryStore();
  store.overwrite('demo/training-job/train-1/20260103T030405.000Z/000001.json', bytes);
  store.overwrite('demo/training-job/train-1/20260102T030405.000Z/000001.json', bytes);
  store.overwrite('demo/training-job/train-1/20260102T030405.000Z/000002.json', bytes);
  store.overwrite('demo/training-job/train-10/20260102T030405.000Z/000001.json', bytes);
  store.overwrite('other/training-job/train-1/20260102T030405.000Z/000001.json', bytes);
  const { chains, foreignKeys } = await findChains('demo', 'train-1', KINDS, store);
  expect(chains.map(({ createdAt }) => createdAt)).toEqual(['2026-01-02T03:04:05.000Z', '2026-01-03T03:04:05.000Z']);
  expect(foreignKeys).toEqual([]);
});

test('things of every kind have the name, and the kinds that are asked for are found', async () => {
  const store = new MemoryStore();
  store.overwrite('demo/endpoint/fraud/20260101T030405.000Z/000001.json', bytes);
  store.overwrite('demo/training-job/fraud/20260103T030405.000Z/000001.json', bytes);
  store.overwrite('demo/processing-job/fraud/20260104T030405.000Z/000001.json', bytes);
  store.overwrite('demo/model-package/fraud.2/20260104T030405.000Z/000001.json', bytes);
  const kindsOf = async (...kinds: Parameters<typeof findChains>[2]) =>
    (await findChains('demo', 'fraud', kinds, store)).chains.map(({ kind }) => kind);
  expect(await kindsOf(...KINDS)).toEqual(['processing-job', 'training-job', 'endpoint']);
  expect(await kindsOf('endpoint')).toEqual(['endpoint']);
  expect((await findChains('demo', 'fraud.2', KINDS, store)).chains).toMatchObject([{ kind: 'model-package' }]);
});

test.each(['a/b', '..', '', 'a b'])('fails on the name %p, which nothing can have', async (name) => {
  await expect(findChains('demo', name, KINDS, new MemoryStore())).rejects.toThrow('a name must match');
});

test('a key that no statement can have is told', async () => {
  const store = new MemoryStore();
  store.overwrite('demo/training-job/train-1/20260102T030405.000Z/1.json', bytes);
  await expect(findChains('demo', 'train-1', KINDS, store)).resolves.toEqual({
    chains: [],
    foreignKeys: ['demo/training-job/train-1/20260102T030405.000Z/1.json'],
  });
});

test('only a key that is what its name says is trusted', async () => {
  const [ours, forger] = [digestSigner(), digestSigner()];
  const store = new MemoryStore();
  const key = (keyid: string) => `demo/keys/${keyid}.pem`;
  store.overwrite(key(ours.keyid), Buffer.from(forger.pem));
  expect((await readTrustedKeys('demo', [ours.keyid], store)).keys.size).toBe(0);
  store.overwrite(key(ours.keyid), Buffer.from(ours.pem));
  expect([...(await readTrustedKeys('demo', [ours.keyid], store)).keys.keys()]).toEqual([ours.keyid]);
});
