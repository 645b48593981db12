import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConflictReason, Dataset, NotCompared, UnresolvedReason } from '../chain/derivation';
import { pattern } from '../contract';
import { expectedDigest, isDirectory } from './remote-layout';

/**
 * What has to be known of a DVC remote to check a dataset in it, without reading a record.
 */
export interface RemoteReader {
  /** The bytes of a listing; `undefined` if there is none, `'too-large'` beyond the limit of the contract. */
  listing(md5: string): Promise<Uint8Array | 'too-large' | undefined>;
  /** The size of an object in bytes; `undefined` if there is none. */
  size(md5: string): Promise<number | undefined>;
}

export type DatasetCheck =
  | { readonly kind: 'agrees'; readonly notCompared: readonly NotCompared[] }
  | { readonly kind: 'conflict'; readonly reason: ConflictReason; readonly explanation: string }
  | { readonly kind: 'unresolved'; readonly reason: UnresolvedReason; readonly explanation: string };

const Listing = z.array(z.object({ md5: z.string().regex(pattern('md5')), relpath: z.string().min(1) }));

/**
 * Checks a dataset's object in the remote against its own name: a listing by its digest, a single file by its size.
 */
export async function checkDataset(dataset: Dataset, remote: RemoteReader): Promise<DatasetCheck> {
  return isDirectory(dataset.md5) ? checkDirectory(dataset, remote) : checkFile(dataset, remote);
}

async function checkFile(dataset: Dataset, remote: RemoteReader): Promise<DatasetCheck> {
  const size = await remote.size(dataset.md5);
  if (size === undefined) {
    return missing(dataset);
  }
  if (dataset.sizeBytes !== undefined && size !== dataset.sizeBytes) {
    return conflict(
      'object-size-differs',
      `${dataset.path}: the .dvc file says ${dataset.sizeBytes} bytes, the object ${dataset.md5} has ${size}`,
    );
  }
  // only reading every byte could show that the file has the digest it is named by.
  return { kind: 'agrees', notCompared: ['file-contents'] };
}

async function checkDirectory(dataset: Dataset, remote: RemoteReader): Promise<DatasetCheck> {
  const bytes = await remote.listing(dataset.md5);
  if (bytes === undefined) {
    return missing(dataset);
  }
  if (bytes === 'too-large') {
    return { kind: 'agrees', notCompared: ['listing-entries', 'file-count', 'file-contents'] };
  }
  // MD5 is the name that DVC gave the object; it says that this is the listing meant, not that nobody forged it.
  const digest = createHash('md5').update(bytes).digest('hex');
  if (digest !== expectedDigest(dataset.md5)) {
    return conflict('listing-differs', `${dataset.path}: the object ${dataset.md5} has the digest ${digest}`);
  }
  const entries = parseListing(bytes);
  if (!entries) {
    return {
      kind: 'unresolved',
      reason: 'dataset-malformed',
      explanation: `${dataset.path}: the object ${dataset.md5} is no listing of files`,
    };
  }
  if (dataset.files !== undefined && entries.length !== dataset.files) {
    return conflict(
      'file-count-differs',
      `${dataset.path}: the .dvc file says ${dataset.files} files, the listing ${dataset.md5} has ${entries.length}`,
    );
  }
  return { kind: 'agrees', notCompared: ['file-contents'] };
}

function parseListing(bytes: Uint8Array): z.infer<typeof Listing> | undefined {
  try {
    return Listing.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    // not JSON, or not a listing: the caller reports both as one thing.
    return undefined;
  }
}

function missing(dataset: Dataset): DatasetCheck {
  return {
    kind: 'unresolved',
    reason: 'listing-missing',
    explanation: `${dataset.path}: the DVC remote has no object ${dataset.md5}; was it pushed?`,
  };
}

function conflict(reason: ConflictReason, explanation: string): DatasetCheck {
  return { kind: 'conflict', reason, explanation };
}
