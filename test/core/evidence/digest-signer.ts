import { createECDH, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Signer } from '../../../core/evidence/dsse';
import { fingerprint, type TrustedKeys, trustKeys } from '../../../core/evidence/public-keys';

export interface DigestSigner extends Signer {
  readonly publicKey: KeyObject;
  readonly pem: string;
  readonly trusted: TrustedKeys;
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Signs digests as KMS does. Node signs messages only, hashing them itself, so the last step of ECDSA is here; what it
 * makes is verified by Node, OpenSSL and others, so a mistake in it could not pass.
 */
export function digestSigner(): DigestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = toNumber(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keyid = fingerprint(createPublicKey(pem));
  return {
    keyid,
    publicKey,
    pem,
    trusted: trustKeys([pem], [keyid]),
    async sign(digest) {
      const curve = createECDH('prime256v1');
      const nonce = (toNumber(randomBytes(40)) % (ORDER - 1n)) + 1n;
      curve.setPrivateKey(Buffer.from(nonce.toString(16).padStart(64, '0'), 'hex'));
      const r = toNumber(curve.getPublicKey().subarray(1, 33)) % ORDER;
      const s = (inverse(nonce) * ((toNumber(digest) + r * secret) % ORDER)) % ORDER;
      return der(r, s);
    },
  };
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, ORDER, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % ORDER) + ORDER) % ORDER;
}

function der(...numbers: bigint[]): Uint8Array {
  const encoded = numbers.map((number) => {
    const hex = number.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    // a first bit that is set would make the number negative.
    const positive = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
  });
  const body = Buffer.concat(encoded);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
