/**
 * One version of an object in the evidence store, as a listing shows it.
 */
export interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly sizeBytes: number;
  /** the store's own date, which no writer chooses. */
  readonly storedAt: Date;
}

/**
 * Reads a write-once store, in which a version that should not be there is a finding.
 */
export interface EvidenceReader {
  /** every version and delete marker of every key that begins with the prefix, key by key; of one key the newest first.
   * With `after`, a store that can begin beyond a key does so; another one lists them all. */
  versions(prefix: string, after?: string): AsyncIterable<StoredVersion>;
  /** the bytes of one version; undefined if there is none, `'too-large'` beyond the limit. */
  read(key: string, versionId: string, limitBytes: number): Promise<Uint8Array | 'too-large' | undefined>;
}

/**
 * What became of bytes that were to be written under a key. `stored` is also the answer where these very bytes were
 * there already: the answer to an earlier attempt was lost.
 */
export type WriteOutcome = 'stored' | 'taken';

export interface EvidenceWriter {
  /** writes under a key that is free, and never over what is there. */
  writeOnce(key: string, bytes: Uint8Array): Promise<WriteOutcome>;
}
