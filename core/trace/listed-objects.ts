import type { Dataset } from '../chain/derivation';
import { type ListedFile, readListing } from '../dvc/listing';
import { isDirectory, objectKey, type RemoteLocation } from '../dvc/remote-layout';
import type { RemoteReader } from '../dvc/remote-reader';

/**
 * The objects that a dataset consists of, of which the first are told one by one; or why they cannot be told.
 */
export type ListedObjects =
  | { readonly kind: 'listed'; readonly count: number; readonly first: readonly ListedObject[] }
  | { readonly kind: 'missing' | 'too-large' | 'malformed' };

export interface ListedObject {
  readonly key: string;
  readonly relpath: string;
}

/**
 * A DVC remote whose listings are remembered as they are read, so that telling a dataset's objects takes no second read.
 * Of a listing only its first files are kept.
 *
 * @param most how many objects of a dataset are told
 */
export function rememberingRemote(remote: RemoteReader, { prefix }: RemoteLocation, most: number) {
  const remembered = new Map<string, ListedObjects>();
  // several jobs are mostly given the same dataset: the last listing is not asked for again.
  let last: { md5: string; bytes: Uint8Array | 'too-large' | undefined } | undefined;

  const listing: RemoteReader['listing'] = async (md5) => {
    if (last?.md5 !== md5) {
      last = { md5, bytes: await remote.listing(md5) };
    }
    remembered.set(
      md5,
      summaryOf(last.bytes, (file) => toObject(file.md5, file.relpath), most),
    );
    return last.bytes;
  };
  const toObject = (md5: string, relpath: string): ListedObject => ({ key: objectKey(prefix, md5), relpath });

  return {
    remote: { ...remote, listing },
    async objectsOf({ path, md5 }: Pick<Dataset, 'path' | 'md5'>): Promise<ListedObjects> {
      if (!isDirectory(md5)) {
        return { kind: 'listed', count: 1, first: [toObject(md5, path)].slice(0, most) };
      }
      if (!remembered.has(md5)) {
        await listing(md5);
      }
      return remembered.get(md5) as ListedObjects;
    },
  };
}

function summaryOf(
  bytes: Uint8Array | 'too-large' | undefined,
  toObject: (file: ListedFile) => ListedObject,
  most: number,
): ListedObjects {
  if (bytes === undefined || bytes === 'too-large') {
    return { kind: bytes ?? 'missing' };
  }
  const first: ListedObject[] = [];
  const count = readListing(bytes, (file) => {
    if (first.length < most) {
      first.push(toObject(file));
    }
  });
  return count === undefined ? { kind: 'malformed' } : { kind: 'listed', count, first };
}
