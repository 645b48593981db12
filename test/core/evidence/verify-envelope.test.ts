import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { contract } from '../../../core/contract';
import { canonicalJson } from '../../../core/evidence/canonical-json';
import { sha256 } from '../../../core/evidence/digest';
import { PAYLOAD_TYPE, preAuthenticationEncoding, sealEnvelope } from '../../../core/evidence/dsse';
import { fingerprint, trustKeys } from '../../../core/evidence/public-keys';
import { composeStatement } from '../../../core/evidence/statement';
import { verifyEnvelope } from '../../../core/evidence/verify-envelope';
import { digestSigner } from './digest-signer';
import { trainingDraft } from './drafts';

const signer = digestSigner();
const statement = composeStatement(trainingDraft(), {
  sequence: 1,
  previous: null,
  recordedAt: '2026-01-02T04:00:00.000Z',
});
const payload = Buffer.from(canonicalJson(statement));
const seal = (bytes: Uint8Array | string) => sealEnvelope(Buffer.from(bytes), signer);
const problemOf = (bytes: Uint8Array, trusted = signer.trusted) => {
  const check = verifyEnvelope(bytes, trusted);
  return check.kind === 'refused' ? check.problem : check.kind;
};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test('the bytes that are signed are those of the example in the DSSE protocol', () => {
  const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
  expect(text(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

test('the lengths in them are those of bytes', () => {
  expect(text(preAuthenticationEncoding('é', Buffer.from('€')))).toBe('DSSEv1 2 é 3 €');
});

test('a statement that was signed is read back with the digest of its envelope', async () => {
  const bytes = await seal(payload);
  expect(verifyEnvelope(bytes, signer.trusted)).toEqual({
    kind: 'verified',
    statement,
    keyid: signer.keyid,
    sha256: sha256(bytes),
  });
});

test('no byte of an envelope can be changed', async () => {
  const bytes = await seal(payload);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ change;
      expect(problemOf(changed)).not.toBe('verified');
    }),
    { numRuns: 500 },
  );
});

test('whatever the bytes are, the answer is one of the list and no error', () => {
  const almost = fc.json().map((json) => `{"payload":${json},"payloadType":"x","signatures":[]}`);
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), almost.map(Buffer.from)), (bytes) => {
      expect(problemOf(bytes)).toBe('malformed-envelope');
    }),
  );
});

test.each<[string, (envelope: string) => string]>([
  ['white space', (envelope) => `${envelope}\n`],
  ['a mark of byte order', (envelope) => `\ufeff${envelope}`],
  ['a member twice', (envelope) => envelope.replace('{"payload":', '{"payload":"","payload":')],
  ['a second signature', (envelope) => envelope.replace(/\[(.*)\]/, '[$1,$1]')],
  ['no signature', (envelope) => envelope.replace(/\[.*\]/, '[]')],
  ['a member more', (envelope) => envelope.replace(/\}$/, ',"z":1}')],
  ['nesting without end', () => '['.repeat(100_000)],
])('refuses an envelope with %s', async (_what, change) => {
  const envelope = change(text(await seal(payload)));
  expect(['malformed-envelope', 'bad-signature']).toContain(problemOf(Buffer.from(envelope)));
});

test('refuses base64 with a stray bit, which decodes to the same signature', async () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const padded = /([A-Za-z0-9+/])(=+"\}\])/;
  let envelope = '';
  // a signature has 70 to 72 bytes, and those of 72 need no padding.
  while (!padded.test(envelope)) {
    envelope = text(await seal(payload));
  }
  const changed = envelope.replace(padded, (_all, last, rest) => `${letters[letters.indexOf(last) + 1]}${rest}`);
  const sigOf = (json: string) => Buffer.from(JSON.parse(json).signatures[0].sig, 'base64').toString('hex');
  expect(sigOf(changed)).toBe(sigOf(envelope));
  expect(problemOf(Buffer.from(changed))).toBe('malformed-envelope');
});

test('refuses a payload of another type', async () => {
  const envelope = text(await seal(payload)).replace(PAYLOAD_TYPE, 'application/json');
  expect(problemOf(Buffer.from(envelope))).toBe('wrong-payload-type');
});

test('refuses a key that the caller does not trust, even where it was given', async () => {
  const other = digestSigner();
  const bytes = await sealEnvelope(payload, other);
  expect(problemOf(bytes, trustKeys([signer.pem, other.pem], [signer.keyid]))).toBe('untrusted-key');
  expect(problemOf(bytes, trustKeys([signer.pem, other.pem], [signer.keyid, other.keyid]))).toBe('verified');
});

test('refuses a signature of another key under the name of the trusted one', async () => {
  const bytes = await sealEnvelope(payload, { ...digestSigner(), keyid: signer.keyid });
  expect(problemOf(bytes)).toBe('bad-signature');
});

test('a trusted key that was not given is missing, not passed over', async () => {
  expect(problemOf(await seal(payload), trustKeys([], [signer.keyid]))).toBe('key-missing');
  expect(problemOf(await seal(payload), trustKeys(['no key', digestSigner().pem], [signer.keyid]))).toBe('key-missing');
});

test('a private key is not taken where a public one should lie', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(trustKeys([pem], [fingerprint(publicKey)]).keys.size).toBe(0);
});

test('refuses a key of another curve', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const keyid = fingerprint(publicKey);
  const trusted = trustKeys([publicKey.export({ type: 'spki', format: 'pem' }).toString()], [keyid]);
  expect(problemOf(await sealEnvelope(payload, { ...signer, keyid }), trusted)).toBe('unsupported-key');
});

test.each<[string, string, string]>([
  ['no JSON', 'hello', 'malformed-statement'],
  [
    'a statement of another predicate type',
    text(payload).replace('training/v1', 'training/v2'),
    'wrong-predicate-type',
  ],
  ['another kind of statement', text(payload).replace('training/v1', 'dataset/v1'), 'malformed-statement'],
  ['white space between members', JSON.stringify(statement, null, 1), 'malformed-statement'],
  [
    'other subjects than the predicate names',
    text(payload).replace('"name":"https:', '"name":"http:'),
    'malformed-statement',
  ],
])('refuses a well-signed payload that is %s', async (_what, changed, problem) => {
  expect(changed).not.toBe(text(payload));
  expect(problemOf(await seal(changed))).toBe(problem);
});

test('refuses what is too large, before it reads it', () => {
  expect(problemOf(Buffer.alloc(contract.limits.evidenceCheckpointBytes + 1))).toBe('too-large');
});

test.each([
  ['no fingerprint', []],
  ['a fingerprint in capitals', ['AB'.repeat(32)]],
  ['a fingerprint that is too short', ['ab']],
])('fails on trust in %s', (_what, fingerprints) => {
  expect(() => trustKeys([signer.pem], fingerprints)).toThrow(/fingerprint/);
});
