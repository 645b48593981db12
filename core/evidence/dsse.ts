import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json';
import { Sha256 } from './fields';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/**
 * Signs digests; the private key is elsewhere.
 */
export interface Signer {
  /** the fingerprint of the public key. */
  readonly keyid: string;
  /** an ECDSA signature of a SHA-256 digest, in DER. */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

const Base64 = z.string().refine((text) => Buffer.from(text, 'base64').toString('base64') === text, {
  error: 'must be base64 in its one canonical form',
});

/**
 * A DSSE envelope of ours: exactly one signature.
 *
 * @see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
 */
export const Envelope = z.strictObject({
  payload: Base64,
  payloadType: z.string().max(100),
  signatures: z.tuple([z.strictObject({ keyid: Sha256, sig: Base64 })]),
});
export type Envelope = z.infer<typeof Envelope>;

/**
 * The bytes that are signed (DSSE's pre-authentication encoding): lengths first, so that no two pairs of type and
 * payload have the same.
 *
 * @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/**
 * Signs a payload and gives the bytes of the envelope as they are to be stored.
 */
export async function sealEnvelope(payload: Uint8Array, signer: Signer): Promise<Uint8Array> {
  const digest = createHash('sha256').update(preAuthenticationEncoding(PAYLOAD_TYPE, payload)).digest();
  const signature = await signer.sign(digest);
  const envelope: Envelope = {
    payload: Buffer.from(payload).toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: signer.keyid, sig: Buffer.from(signature).toString('base64') }],
  };
  return Buffer.from(canonicalJson(envelope));
}
