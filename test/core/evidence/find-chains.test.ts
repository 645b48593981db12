import { findTrainingChains } from '../../../core/evidence/find-chains';
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
  const { chains, foreignKeys } = await findTrainingChains('demo', 'train-1', store);
  expect(chains.map((chain) => 'createdAt' in chain && chain.createdAt)).toEqual([
    '2026-01-02T03:04:05.000Z',
    '2026-01-03T03:04:05.000Z',
  ]);
  expect(foreignKeys).toEqual([]);
});

test('a key that no statement can have is told', async () => {
  const store = new MemoryStore();
  store.overwrite('demo/training-job/train-1/20260102T030405.000Z/1.json', bytes);
  await expect(findTrainingChains('demo', 'train-1', store)).resolves.toEqual({
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
