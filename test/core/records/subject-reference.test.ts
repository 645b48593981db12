import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { contract, pattern } from '../../../core/contract';
import { InvalidSubjectId, normalisedSubjectId } from '../../../core/records/subject-id';
import { keyVersion, subjectKeyMessage, subjectReference } from '../../../core/records/subject-reference';
import vectors from './vectors.json';

const USES = Object.entries(contract.records.keyUses) as ['reference' | 'split', string][];
const KEY = { version: '01234567', secret: Buffer.alloc(32, 7) };

function refusalOf(id: string): string {
  try {
    normalisedSubjectId(id);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidSubjectId);
    return String(error);
  }
}

const ids = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => refusalOf(text) === '');

test.each(vectors.ids)('an id is normalised as Python does: $what', ({ id, normalised }) => {
  expect(normalisedSubjectId(id)).toBe(normalised);
});

test.each(vectors.refusedIds)('fails on %j, which is no id, without telling it', (id) => {
  const message = refusalOf(id);
  expect(message).toContain('a subject id');
  expect(id.trim().length > 2 && message.includes(id.trim())).toBe(false);
});

test('fails on half a surrogate pair', () => {
  expect(refusalOf('a\ud800')).toContain('must hold no control characters');
});

test('what is normalised stays as it is, whatever surrounds it', () => {
  const around = fc.string({ unit: fc.constantFrom(...contract.records.trimmedCharacters), maxLength: 4 });
  fc.assert(
    fc.property(ids, around, around, (id, before, after) => {
      const found = normalisedSubjectId(id);
      expect(normalisedSubjectId(`${before}${found}${after}`)).toBe(found);
      expect(normalisedSubjectId(found.normalize('NFD'))).toBe(found);
    }),
  );
});

test.each(vectors.keyVersions)('the version of $keyArn is $version', ({ keyArn, version }) => {
  expect(keyVersion(keyArn)).toBe(version);
});

test.each(vectors.keyMessages)('KMS derives the secret of $namespace and $use from $message', (vector) => {
  const [use] = USES.find(([, name]) => name === vector.use) ?? ['reference'];
  expect(Buffer.from(subjectKeyMessage(vector.namespace, use)).toString()).toBe(vector.message);
});

test.each(vectors.references)('the reference of $id in $namespace is the one of Python', (vector) => {
  const key = { version: vector.version, secret: Buffer.from(vector.secret, 'hex') };
  expect(subjectReference(key, vector.namespace, vector.id)).toBe(vector.reference);
  expect(vector.reference).toMatch(pattern('subjectReference'));
});

test('a reference is the HMAC that OpenSSL makes of the same bytes', () => {
  // printf '%s' '{"id":"patient-1","namespace":"mrn"}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00
  const digest = 'ed70e7622002c33f20cf7e3c58055792ea8535739a3696692acfe7e745188778';
  const key = { version: '01234567', secret: Buffer.alloc(32) };
  expect(subjectReference(key, 'mrn', 'patient-1')).toBe(`01234567.${digest}`);
});

test.each(vectors.splitDigests)('the place of $id among splits is of its id and namespace alone', (vector) => {
  const message = JSON.stringify({ id: vector.id, namespace: vector.namespace });
  const digest = createHmac('sha256', Buffer.from(vector.secret, 'hex')).update(message).digest('hex');
  expect(digest).toBe(vector.digest);
});

test('other ids, namespaces and secrets have other references', () => {
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      const isSame = normalisedSubjectId(one) === normalisedSubjectId(other);
      expect(subjectReference(KEY, 'mrn', one) === subjectReference(KEY, 'mrn', other)).toBe(isSame);
      expect(subjectReference(KEY, 'mrn', one)).not.toBe(subjectReference(KEY, 'study', one));
      const another = { ...KEY, secret: Buffer.alloc(32, 8) };
      expect(subjectReference(KEY, 'mrn', one)).not.toBe(subjectReference(another, 'mrn', one));
    }),
  );
});
