import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendStatement } from '../../../core/evidence/append-statement';
import { trustKeys } from '../../../core/evidence/public-keys';
import { kmsSigner, type SigningKms } from '../../../core/kms/kms-signer';
import { digestSigner } from '../evidence/digest-signer';
import { trainingDraft } from '../evidence/drafts';
import { MemoryStore } from '../evidence/memory-store';

const ARN = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const local = digestSigner();

function kmsWith(publicKey: KeyObject = local.publicKey) {
  const requests: Parameters<SigningKms['sign']>[0][] = [];
  const kms: SigningKms = {
    getPublicKey: async () => ({ PublicKey: publicKey.export({ type: 'spki', format: 'der' }) }),
    sign: async (request) => {
      requests.push(request);
      return { Signature: await local.sign(request.Message) };
    },
  };
  return { kms, requests };
}

test('KMS is asked to sign a digest, and what it signs verifies under the fingerprint of its public key', async () => {
  const { kms, requests } = kmsWith();
  const signer = await kmsSigner(kms, ARN);
  const store = new MemoryStore();
  const trusted = trustKeys([signer.publicKeyPem], [local.keyid]);
  await appendStatement(trainingDraft(), { reader: store, writer: store, signer, trusted, now: store.now });
  expect(signer.keyid).toBe(local.keyid);
  expect(requests).toEqual([
    { KeyId: ARN, Message: expect.any(Uint8Array), MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' },
  ]);
  expect(requests[0]?.Message.length).toBe(32);
});

test('fails on a key of another kind', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  await expect(kmsSigner(kmsWith(publicKey).kms, ARN)).rejects.toThrow('ECC_NIST_P256');
});

test.each<[string, Partial<SigningKms>]>([
  ['public key', { getPublicKey: async () => ({}) }],
  ['signature', { sign: async () => ({}) }],
])('fails on an answer without its %s', async (what, change) => {
  const signed = kmsSigner({ ...kmsWith().kms, ...change }, ARN).then((signer) => signer.sign(new Uint8Array(32)));
  await expect(signed).rejects.toThrow(what);
});
