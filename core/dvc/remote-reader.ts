/**
 * One version of an object in a DVC remote.
 */
export interface ObjectVersion {
  readonly sizeBytes: number;
  /** what S3 says of the bytes: their MD5, unless they are encrypted by KMS or came in parts. */
  readonly eTag: string | undefined;
  /** whether the bucket kept versions when it was written; if not, it may have been written over. */
  readonly kept: boolean;
}

/**
 * All that the remote keeps under the key of an object.
 */
export interface ObjectHistory {
  readonly versions: readonly ObjectVersion[];
  /** whether the object was deleted at some time. */
  readonly deleted: boolean;
  /** whether there are more versions than are told here. */
  readonly more: boolean;
}

/**
 * What has to be known of a DVC remote to check a dataset in it, without reading a record.
 */
export interface RemoteReader {
  /** The remote's address, as DVC's settings write it. */
  readonly url: string;
  /** The bytes of a listing; `undefined` if there is none, `'too-large'` beyond the limit of the contract. */
  listing(md5: string): Promise<Uint8Array | 'too-large' | undefined>;
  /** The versions of an object, the newest first; none if it never was there. */
  history(md5: string): Promise<ObjectHistory>;
}
