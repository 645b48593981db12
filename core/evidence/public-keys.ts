import { createPublicKey, type KeyObject } from 'node:crypto';
import { contract } from '../contract';
import { sha256 } from './digest';
import { Sha256 } from './fields';

const LONGEST_PEM = 10_000;

/**
 * The id of a public key: the SHA-256 of its SubjectPublicKeyInfo in DER.
 */
export function fingerprint(key: KeyObject): string {
  return sha256(key.export({ type: 'spki', format: 'der' }));
}

/**
 * Whom a verifier believes.
 */
export interface TrustedKeys {
  /** the fingerprints that the caller trusts. */
  readonly fingerprints: ReadonlySet<string>;
  /** the keys of these fingerprints, as far as they were at hand. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/**
 * Takes those of the public keys whose fingerprint the caller trusts.
 *
 * The keys lie beside the statements, where a forger could put one: only the fingerprints carry trust. What is no key
 * is passed over here; a verification that would have needed it says `key-missing`.
 */
export function trustKeys(pems: Iterable<string>, trusted: Iterable<string>): TrustedKeys {
  const fingerprints = new Set([...trusted].map(checkedFingerprint));
  if (fingerprints.size === 0) {
    throw new Error('name at least one fingerprint of a key to trust');
  }
  const keys = new Map<string, KeyObject>();
  let seen = 0;
  for (const pem of pems) {
    seen += 1;
    if (seen > contract.limits.evidencePublicKeys) {
      throw new Error(`there are more than ${contract.limits.evidencePublicKeys} public keys`);
    }
    const key = readPublicKey(pem);
    const id = key && fingerprint(key);
    if (key && id && fingerprints.has(id)) {
      keys.set(id, key);
    }
  }
  return { fingerprints, keys };
}

/**
 * The public key in a PEM text; undefined for anything else.
 */
export function readPublicKey(pem: string): KeyObject | undefined {
  if (pem.length > LONGEST_PEM || !pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) {
    return undefined;
  }
  try {
    return createPublicKey(pem);
  } catch {
    // the caller says that there is no key; why OpenSSL could not read one helps nobody.
    return undefined;
  }
}

/**
 * Whether signatures with this key are ones that we make: ECDSA on P-256.
 */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function checkedFingerprint(text: string): string {
  const result = Sha256.safeParse(text);
  if (!result.success) {
    throw new Error(`a fingerprint has 64 hexadecimal digits in lower case, got ${JSON.stringify(text.slice(0, 100))}`);
  }
  return result.data;
}
