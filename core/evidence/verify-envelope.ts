import { verify } from 'node:crypto';
import { z } from 'zod';
import { contract } from '../contract';
import { canonicalJson } from './canonical-json';
import { sha256 } from './digest';
import { Envelope, PAYLOAD_TYPE, preAuthenticationEncoding } from './dsse';
import { PREDICATE_TYPES } from './predicate-types';
import type { EnvelopeProblem } from './problems';
import { isP256, type TrustedKeys } from './public-keys';
import { Statement } from './statement';

export type EnvelopeCheck =
  | {
      readonly kind: 'verified';
      readonly statement: Statement;
      readonly keyid: string;
      /** of the envelope's bytes: what the next statement calls `previous`. */
      readonly sha256: string;
    }
  | { readonly kind: 'refused'; readonly problem: EnvelopeProblem; readonly explanation: string };

/**
 * Verifies the bytes of an envelope without asking anybody. The statement is read from the bytes that were signed, and
 * only after the signature was found good.
 */
export function verifyEnvelope(bytes: Uint8Array, trusted: TrustedKeys): EnvelopeCheck {
  if (bytes.length > contract.limits.evidenceCheckpointBytes) {
    return refused('too-large', `it has ${bytes.length} bytes`);
  }
  const envelope = parseCanonical(bytes, Envelope);
  if ('error' in envelope) {
    return refused('malformed-envelope', envelope.error);
  }
  const { payload, payloadType, signatures } = envelope.value;
  if (payloadType !== PAYLOAD_TYPE) {
    return refused('wrong-payload-type', `its payload is ${quoted(payloadType)}, not ${PAYLOAD_TYPE}`);
  }
  const [{ keyid, sig }] = signatures;
  const payloadBytes = Buffer.from(payload, 'base64');
  const problem = checkSignature(payloadBytes, keyid, Buffer.from(sig, 'base64'), trusted);
  return problem ?? readStatement(payloadBytes, keyid, bytes);
}

function checkSignature(payload: Uint8Array, keyid: string, signature: Uint8Array, trusted: TrustedKeys) {
  if (!trusted.fingerprints.has(keyid)) {
    return refused('untrusted-key', `it names the key ${keyid}, which the caller does not trust`);
  }
  const key = trusted.keys.get(keyid);
  if (!key) {
    return refused('key-missing', `the public key ${keyid} is trusted, but was not given`);
  }
  if (!isP256(key)) {
    return refused('unsupported-key', `the key ${keyid} is not on the curve P-256`);
  }
  const signed = preAuthenticationEncoding(PAYLOAD_TYPE, payload);
  return verify('sha256', signed, { key, dsaEncoding: 'der' }, signature)
    ? undefined
    : refused('bad-signature', `its signature is none of the key ${keyid} over its payload`);
}

function readStatement(payload: Uint8Array, keyid: string, bytes: Uint8Array): EnvelopeCheck {
  const type = parseCanonical(payload, z.looseObject({ predicateType: z.string() }));
  if ('error' in type) {
    return refused('malformed-statement', type.error);
  }
  const { predicateType } = type.value;
  if (!Object.values<string>(PREDICATE_TYPES).includes(predicateType)) {
    return refused('wrong-predicate-type', `its predicate type is ${quoted(predicateType)}`);
  }
  if (predicateType !== PREDICATE_TYPES.checkpoint && bytes.length > contract.limits.evidenceEnvelopeBytes) {
    return refused('too-large', `it has ${bytes.length} bytes`);
  }
  const result = Statement.safeParse(type.value);
  return result.success
    ? { kind: 'verified', statement: result.data, keyid, sha256: sha256(bytes) }
    : refused('malformed-statement', bounded(z.prettifyError(result.error)));
}

// what we write has one form. Another form of the same content is a change, if only of white space.
function parseCanonical<T>(bytes: Uint8Array, schema: z.ZodType<T>): { value: T } | { error: string } {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    // the parser's own message repeats bytes of the file.
    return { error: 'it is no JSON in UTF-8' };
  }
  const result = schema.safeParse(json);
  if (!result.success) {
    return { error: bounded(z.prettifyError(result.error)) };
  }
  return isCanonical(text, json) ? { value: result.data } : { error: 'it is no canonical JSON' };
}

function isCanonical(text: string, json: unknown): boolean {
  try {
    return canonicalJson(json) === text;
  } catch {
    // half a surrogate pair, or nesting without end: nothing that we write.
    return false;
  }
}

function refused(problem: EnvelopeProblem, explanation: string): EnvelopeCheck & { kind: 'refused' } {
  return { kind: 'refused', problem, explanation };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

// an explanation is told on one line.
function bounded(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  return line.length <= 500 ? line : `${line.slice(0, 500)}…`;
}
