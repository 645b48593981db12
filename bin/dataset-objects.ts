import type { Dataset } from '../core/chain/derivation';
import { readListing } from '../core/dvc/listing';
import { isDirectory, objectKey, type RemoteLocation } from '../core/dvc/remote-layout';
import type { RemoteReader } from '../core/dvc/remote-reader';

const SHOWN = 5;

/**
 * The objects of a dataset in the DVC remote, of which the first are told one by one.
 */
export interface DatasetObjects {
  readonly path: string;
  readonly bucket: string;
  readonly listed: number;
  /** as the `.dvc` file says. */
  readonly bytes: number | undefined;
  readonly first: readonly { readonly key: string; readonly relpath: string }[];
}

/**
 * Finds the objects that a dataset consists of.
 *
 * @returns `undefined` where its listing is missing, too large or none
 */
export async function readDatasetObjects(
  { path, md5, sizeBytes }: Dataset,
  remote: RemoteReader,
  { bucket, prefix }: RemoteLocation,
): Promise<DatasetObjects | undefined> {
  const common = { path, bucket, bytes: sizeBytes };
  if (!isDirectory(md5)) {
    return { ...common, listed: 1, first: [{ key: objectKey(prefix, md5), relpath: path }] };
  }
  const bytes = await remote.listing(md5);
  if (bytes === undefined || bytes === 'too-large') {
    return undefined;
  }
  const first: { key: string; relpath: string }[] = [];
  const listed = readListing(bytes, (file) => {
    if (first.length < SHOWN) {
      first.push({ key: objectKey(prefix, file.md5), relpath: file.relpath });
    }
  });
  return listed === undefined ? undefined : { ...common, listed, first };
}
