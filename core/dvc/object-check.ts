import { quoted } from './disagreement';
import { expectedDigest } from './remote-layout';
import type { ObjectHistory } from './remote-reader';

export type ObjectCheck =
  | { readonly kind: 'present'; readonly sizeBytes: number; readonly versionsCompared: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'overwritten'; readonly how: string };

/**
 * Judges what the remote keeps under the key of one object.
 *
 * An object is named by its content, so it is written once. Two pushes of the same file at the same time write it
 * twice, and that is no conflict: whether the bytes are the same is compared where S3 tells their digest, which it does
 * not for objects encrypted by KMS.
 */
export function checkObject(md5: string, { versions, deleted, more }: ObjectHistory): ObjectCheck {
  const [newest, ...older] = versions;
  if (deleted) {
    return { kind: 'overwritten', how: `${quoted(md5)} was deleted at some time` };
  }
  if (!newest) {
    return { kind: 'missing' };
  }
  const other = older.find(({ sizeBytes }) => sizeBytes !== newest.sizeBytes);
  if (other) {
    return {
      kind: 'overwritten',
      how: `${quoted(md5)} has versions of different sizes: ${newest.sizeBytes} and ${other.sizeBytes} bytes`,
    };
  }
  const single = older.length === 0 && !more;
  const same = !more && versions.every(({ eTag }) => eTag === expectedDigest(md5));
  return {
    kind: 'present',
    sizeBytes: newest.sizeBytes,
    versionsCompared: versions.every(({ kept }) => kept) && (single || same),
  };
}
