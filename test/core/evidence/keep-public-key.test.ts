import { publicKeyKey } from '../../../core/evidence/chain-key';
import { keepPublicKey } from '../../../core/evidence/keep-public-key';
import { trustKeys } from '../../../core/evidence/public-keys';
import { digestSigner } from './digest-signer';
import { MemoryStore } from './memory-store';

const local = digestSigner();
const signer = { ...local, publicKeyPem: local.pem };
const KEY = publicKeyKey('demo', signer.keyid);

test('the public key lies beside the statements, under its fingerprint', async () => {
  const store = new MemoryStore();
  await keepPublicKey('demo', signer, store);
  expect(store.keys()).toEqual([KEY]);
  const pem = Buffer.from(store.bytes(KEY)).toString();
  expect(trustKeys([pem], [signer.keyid]).keys.size).toBe(1);
});

test('a key that is there already is left alone', async () => {
  const store = new MemoryStore();
  await keepPublicKey('demo', signer, store);
  await keepPublicKey('demo', signer, store);
  expect(store.keys()).toEqual([KEY]);
});

test('fails where somebody else wrote under the fingerprint', async () => {
  const store = new MemoryStore();
  store.overwrite(KEY, Buffer.from(digestSigner().pem));
  await expect(keepPublicKey('demo', signer, store)).rejects.toThrow(
    `${KEY} holds something that is not the public key`,
  );
});

test.each(['', 'no key', digestSigner().pem])(
  'fails on a signer that shows another key, and writes nothing',
  async (pem) => {
    const store = new MemoryStore();
    await expect(keepPublicKey('demo', { ...signer, publicKeyPem: pem }, store)).rejects.toThrow('not its public key');
    expect(store.keys()).toEqual([]);
  },
);
