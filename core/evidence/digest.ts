import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';

/**
 * The SHA-256 of bytes, or of a text's UTF-8, in hexadecimal.
 */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The SHA-256 of a value's canonical JSON.
 */
export function sha256OfValue(value: unknown): string {
  return sha256(canonicalJson(value));
}
