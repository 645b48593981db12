import * as fc from 'fast-check';
import {
  type ChainName,
  chainAbove,
  chainPrefix,
  parseChainPrefix,
  parsePublicKeyKey,
  parseStatementKey,
  publicKeyKey,
  statementKey,
} from '../../../core/evidence/chain-key';
import { KINDS } from '../../../core/evidence/incarnation';

const chain: ChainName = {
  platform: 'demo',
  kind: 'training-job',
  name: 'train-1',
  createdAt: '2026-01-02T03:04:05.678Z',
};
const anyChain: fc.Arbitrary<ChainName> = fc.oneof(
  fc.constant<ChainName>({ platform: 'demo', kind: 'checkpoint' }),
  fc.record({
    platform: fc.constant('demo'),
    kind: fc.constant('data-revision' as const),
    name: fc.stringMatching(/^[0-9a-f]{64}$/),
  }),
  fc.record({
    platform: fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/),
    kind: fc.constantFrom(...KINDS),
    name: fc.stringMatching(/^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,20}(\.[1-9][0-9]{0,8})?$/),
    createdAt: fc
      .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  }),
);
const anySequence = fc.integer({ min: 1, max: 999_999 });

test('a statement is kept under platform, kind, name, creation time and number', () => {
  expect(statementKey(chain, 7)).toBe('demo/training-job/train-1/20260102T030405.678Z/000007.json');
  expect(statementKey({ platform: 'demo', kind: 'checkpoint' }, 12)).toBe('demo/checkpoint/000012.json');
});

test('every key can be taken apart again, and so can its prefix', () => {
  fc.assert(
    fc.property(anyChain, anySequence, (name, sequence) => {
      expect(parseStatementKey(statementKey(name, sequence))).toEqual({ chain: name, sequence });
      expect(parseChainPrefix(chainPrefix(name))).toEqual(name);
    }),
  );
});

test('the order of keys is the order of the chain', () => {
  fc.assert(
    fc.property(anySequence, anySequence, (a, b) => {
      expect(statementKey(chain, a) < statementKey(chain, b)).toBe(a < b);
    }),
  );
});

test('no text is taken for a key that would be written differently', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^demo\/[a-z-]{5,15}\/[A-Za-z0-9./-]{0,60}\.json$/)),
      (text) => {
        const parsed = parseStatementKey(text);
        expect(parsed === undefined || statementKey(parsed.chain, parsed.sequence) === text).toBe(true);
      },
    ),
  );
});

test.each([
  ['a number with too few digits', 'demo/training-job/train-1/20260102T030405.678Z/7.json'],
  ['the number nought', 'demo/training-job/train-1/20260102T030405.678Z/000000.json'],
  ['no number', 'demo/training-job/train-1/20260102T030405.678Z/.json'],
  ['a day that does not exist', 'demo/training-job/train-1/20260230T030405.678Z/000001.json'],
  ['a kind that does not exist', 'demo/tuning-job/train-1/20260102T030405.678Z/000001.json'],
  ['a step up', 'demo/training-job/../20260102T030405.678Z/000001.json'],
  ['one segment more', 'demo/training-job/train-1/20260102T030405.678Z/x/000001.json'],
  ['a checkpoint with a name', 'demo/checkpoint/x/000001.json'],
  ['nothing', ''],
])('%s makes no key', (_what, key) => {
  expect(parseStatementKey(key)).toBeUndefined();
});

test.each([
  ['a name with a slash', { ...chain, name: 'a/b' }],
  ['a name that leads upwards', { ...chain, name: '..' }],
  ['a platform that is none', { ...chain, platform: 'Demo' }],
  ['a time without milliseconds', { ...chain, createdAt: '2026-01-02T03:04:05Z' }],
  ['a time of another zone', { ...chain, createdAt: '2026-01-02T03:04:05.678+01:00' }],
])('fails on %s', (_what, name) => {
  expect(() => chainPrefix(name)).toThrow();
});

test.each([0, -1, 1.5, 1_000_000])('fails on the number %p', (sequence) => {
  expect(() => statementKey(chain, sequence)).toThrow();
});

test('public keys lie beside the chains, under no name that a chain has', () => {
  const key = publicKeyKey('demo', 'ab'.repeat(32));
  expect(key).toBe(`demo/keys/${'ab'.repeat(32)}.pem`);
  expect(parseStatementKey(key)).toBeUndefined();
  expect(() => publicKeyKey('demo', '../x')).toThrow();
});

test('a key lies below one chain, or none', () => {
  const prefix = chainPrefix(chain);
  expect(chainAbove(statementKey(chain, 7))).toEqual(chain);
  expect(chainAbove(`${prefix}a/b`)).toEqual(chain);
  expect(chainAbove('demo/checkpoint/note')).toEqual({ platform: 'demo', kind: 'checkpoint' });
  expect(chainAbove(prefix.replace('20260102T030405.678Z', '2026-01-02T03:04:05.678Z'))).toBeUndefined();
  expect(chainAbove('demo/training-job/x')).toBeUndefined();
  expect(chainAbove('demo')).toBeUndefined();
});

test('the key of a public key names its fingerprint, in one form', () => {
  const fingerprint = 'ab'.repeat(32);
  expect(parsePublicKeyKey(publicKeyKey('demo', fingerprint))).toBe(fingerprint);
  expect(parsePublicKeyKey(`demo/keys/x/${fingerprint}.pem`)).toBeUndefined();
  expect(parsePublicKeyKey(`demo/other/${fingerprint}.pem`)).toBeUndefined();
  expect(parsePublicKeyKey(`demo/keys/${fingerprint}`)).toBeUndefined();
});
