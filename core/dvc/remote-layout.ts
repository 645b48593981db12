const DIRECTORY_ENDING = '.dir';

/**
 * The key of a content-addressed object, below the remote's prefix.
 *
 * @see https://dvc.org/doc/user-guide/project-structure/internal-files#structure-of-the-cache-directory
 */
export function objectKey(prefix: string, md5: string): string {
  return `${prefix}/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
}

/**
 * Whether the address names a directory: then its object is a listing of the files in it.
 */
export function isDirectory(md5: string): boolean {
  return md5.endsWith(DIRECTORY_ENDING);
}

/**
 * The MD5 that the bytes of the object must have.
 */
export function expectedDigest(md5: string): string {
  return isDirectory(md5) ? md5.slice(0, -DIRECTORY_ENDING.length) : md5;
}

export interface RemoteLocation {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Takes `s3://bucket/prefix` apart.
 */
export function parseRemoteUrl(url: string): RemoteLocation {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  if (!bucket || !prefix) {
    throw new Error(`the DVC remote must be s3://<bucket>/<prefix>, got ${JSON.stringify(url)}`);
  }
  return { bucket, prefix };
}
