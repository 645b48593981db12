import { createHash } from 'node:crypto';
import type { ConflictReason, Dataset, NotCompared, UnresolvedReason } from '../chain/derivation';
import { contract } from '../contract';
import { readListing } from './listing';
import { checkObject, type ObjectCheck } from './object-check';
import { sampleObjects } from './object-sample';
import { expectedDigest, isDirectory } from './remote-layout';
import type { RemoteReader } from './remote-reader';

export type DatasetCheck =
  | { readonly kind: 'agrees'; readonly dataset: Dataset; readonly notCompared: readonly NotCompared[] }
  | { readonly kind: 'conflict'; readonly reason: ConflictReason; readonly explanation: string }
  | { readonly kind: 'unresolved'; readonly reason: UnresolvedReason; readonly explanation: string };

type Failure = Exclude<DatasetCheck, { kind: 'agrees' }>;

/**
 * Checks a dataset's objects in the remote against their names, sizes and number, as far as that goes without reading
 * a record.
 *
 * @param objectLimit how many objects of a listing are looked up
 * @returns the dataset, with how many of its objects were looked up
 */
export async function checkDataset(
  dataset: Dataset,
  remote: RemoteReader,
  objectLimit: number = contract.limits.objectsChecked,
): Promise<DatasetCheck> {
  if (dataset.legacyHash) {
    return { kind: 'agrees', dataset, notCompared: ['file-contents', 'legacy-hash'] };
  }
  const object = checkObject(dataset.md5, await remote.history(dataset.md5));
  if (object.kind === 'missing') {
    return missing(dataset);
  }
  if (object.kind === 'overwritten') {
    return overwritten(dataset, object.how);
  }
  const check = isDirectory(dataset.md5)
    ? await checkDirectory(dataset, remote, objectLimit)
    : checkFile(dataset, object.sizeBytes);
  return check.kind === 'agrees' && !object.versionsCompared ? withNotCompared(check, 'object-versions') : check;
}

function checkFile(dataset: Dataset, sizeBytes: number): DatasetCheck {
  if (dataset.files !== undefined && dataset.files !== 1) {
    return conflict('file-count-differs', `${dataset.path}: its metafile says ${dataset.files} files of a single file`);
  }
  // only reading every byte could show that the file has the digest it is named by.
  return (
    differentSize(dataset, sizeBytes) ?? {
      kind: 'agrees',
      dataset: { ...dataset, objects: { listed: 1, checked: 1 } },
      notCompared: ['file-contents'],
    }
  );
}

async function checkDirectory(dataset: Dataset, remote: RemoteReader, objectLimit: number): Promise<DatasetCheck> {
  const bytes = await remote.listing(dataset.md5);
  if (bytes === undefined) {
    return missing(dataset);
  }
  if (bytes === 'too-large') {
    return { kind: 'agrees', dataset, notCompared: ['listing-entries', 'file-count', 'file-contents'] };
  }
  // MD5 is the name that DVC gave the object; it says that this is the listing meant, not that nobody forged it.
  const digest = createHash('md5').update(bytes).digest('hex');
  if (digest !== expectedDigest(dataset.md5)) {
    return conflict('listing-differs', `${dataset.path}: the object ${dataset.md5} has the digest ${digest}`);
  }
  // a dataset may hold the same content many times, which is one object.
  const copies = new Map<string, number>();
  const files = readListing(bytes, ({ md5 }) => copies.set(md5, (copies.get(md5) ?? 0) + 1));
  if (files === undefined) {
    return {
      kind: 'unresolved',
      reason: 'dataset-malformed',
      explanation: `${dataset.path}: the object ${dataset.md5} is no listing of files as DVC writes it`,
    };
  }
  if (dataset.files !== undefined && files !== dataset.files) {
    return conflict(
      'file-count-differs',
      `${dataset.path}: its metafile says ${dataset.files} files, the listing ${dataset.md5} has ${files}`,
    );
  }
  return checkListed({ ...dataset, files }, copies, remote, objectLimit);
}

async function checkListed(
  dataset: Dataset,
  copies: ReadonlyMap<string, number>,
  remote: RemoteReader,
  objectLimit: number,
): Promise<DatasetCheck> {
  const sample = sampleObjects(dataset.md5, new Set(copies.keys()), objectLimit);
  const notCompared = new Set<NotCompared>(['file-contents']);
  let sizeBytes = 0;
  for (let start = 0; start < sample.length; start += contract.limits.objectChecksAtOnce) {
    const names = sample.slice(start, start + contract.limits.objectChecksAtOnce);
    const objects = await Promise.all(names.map(async (md5) => checkObject(md5, await remote.history(md5))));
    for (const [index, object] of objects.entries()) {
      const md5 = names[index] ?? '';
      if (object.kind !== 'present') {
        return listedFailure(dataset, md5, object);
      }
      sizeBytes += object.sizeBytes * (copies.get(md5) ?? 0);
      if (!object.versionsCompared) {
        notCompared.add('object-versions');
      }
    }
  }
  if (sample.length < copies.size) {
    notCompared.add('unsampled-objects');
  } else {
    const failure = differentSize(dataset, sizeBytes);
    if (failure) {
      return failure;
    }
  }
  return {
    kind: 'agrees',
    dataset: { ...dataset, objects: { listed: copies.size, checked: sample.length } },
    notCompared: [...notCompared],
  };
}

function listedFailure(dataset: Dataset, md5: string, object: Exclude<ObjectCheck, { kind: 'present' }>): Failure {
  return object.kind === 'overwritten'
    ? overwritten(dataset, object.how)
    : {
        kind: 'unresolved',
        reason: 'object-missing',
        explanation: `${dataset.path}: the listing ${dataset.md5} names ${md5}, which the DVC remote does not have`,
      };
}

function differentSize(dataset: Dataset, sizeBytes: number): Failure | undefined {
  return dataset.sizeBytes === undefined || dataset.sizeBytes === sizeBytes
    ? undefined
    : conflict(
        'object-size-differs',
        `${dataset.path}: its metafile says ${dataset.sizeBytes} bytes, in the DVC remote ${dataset.md5} has ${sizeBytes}`,
      );
}

function withNotCompared(check: DatasetCheck & { kind: 'agrees' }, item: NotCompared): DatasetCheck {
  return { ...check, notCompared: [...new Set([...check.notCompared, item])] };
}

function missing(dataset: Dataset): Failure {
  return {
    kind: 'unresolved',
    reason: 'listing-missing',
    explanation: `${dataset.path}: the DVC remote has no object ${dataset.md5}; was it pushed?`,
  };
}

function overwritten(dataset: Dataset, how: string): Failure {
  return conflict('object-overwritten', `${dataset.path}: the object ${how}`);
}

function conflict(reason: ConflictReason, explanation: string): Failure {
  return { kind: 'conflict', reason, explanation };
}
