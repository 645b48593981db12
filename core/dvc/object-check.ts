import { quoted } from './disagreement';
import { expectedDigest } from './remote-layout';
import type { ObjectHistory } from './remote-reader';

export type ObjectCheck =
  | { readonly kind: 'present'; readonly sizeBytes: number; readonly versionsKept: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'overwritten'; readonly how: string };

/**
 * Judges what the remote keeps under the key of one object.
 *
 * An object is named by its content, so it is written once. Two pushes of the same file at the same time write it
 * twice: that is accepted where S3 itself says that all versions have the digest which the object is named by.
 */
export function checkObject(md5: string, { versions, deleted, more }: ObjectHistory): ObjectCheck {
  const [newest, ...older] = versions;
  if (deleted) {
    return { kind: 'overwritten', how: `${quoted(md5)} was deleted at some time` };
  }
  if (!newest) {
    return { kind: 'missing' };
  }
  const same = versions.every(({ sizeBytes, eTag }) => sizeBytes === newest.sizeBytes && eTag === expectedDigest(md5));
  if (more || (older.length > 0 && !same)) {
    return {
      kind: 'overwritten',
      how: `${quoted(md5)} has ${more ? 'more than ' : ''}${versions.length} versions, and S3 does not show that their bytes are the same`,
    };
  }
  return { kind: 'present', sizeBytes: newest.sizeBytes, versionsKept: versions.every(({ kept }) => kept) };
}
