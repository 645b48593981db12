import { publicKeyKey } from './chain-key';
import type { EvidenceReader } from './evidence-store';
import { type TrustedKeys, trustKeys } from './public-keys';

export const LONGEST_PEM_BYTES = 10_000;

/**
 * Reads the public keys of the fingerprints that a caller trusts from beside the statements. A key that is not there, or
 * is another one than its name says, verifies nothing.
 */
export async function readTrustedKeys(
  platform: string,
  fingerprints: readonly string[],
  reader: EvidenceReader,
): Promise<TrustedKeys> {
  const pems: string[] = [];
  for (const fingerprint of fingerprints) {
    for await (const { key, versionId, isDeleteMarker } of reader.versions(publicKeyKey(platform, fingerprint))) {
      const bytes = isDeleteMarker ? undefined : await reader.read(key, versionId, LONGEST_PEM_BYTES);
      if (bytes !== undefined && bytes !== 'too-large') {
        pems.push(Buffer.from(bytes).toString('utf8'));
      }
    }
  }
  return trustKeys(pems, fingerprints);
}
