import { createHash } from 'node:crypto';

// without the prefixes, an inner node could be passed off as a leaf.
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/**
 * The root of a Merkle tree as RFC 6962 defines it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) {
    return hash();
  }
  let level = leaves.map((leaf) => hash(LEAF, leaf));
  // pairing neighbours level by level, and lifting a last one without a neighbour, gives the tree of the RFC.
  while (level.length > 1) {
    level = level.flatMap((left, index) => {
      if (index % 2 === 1) {
        return [];
      }
      const right = level[index + 1];
      return [right ? hash(NODE, left, right) : left];
    });
  }
  return level[0] as Uint8Array;
}

function hash(...parts: Uint8Array[]): Uint8Array {
  const digest = createHash('sha256');
  for (const part of parts) {
    digest.update(part);
  }
  return digest.digest();
}
