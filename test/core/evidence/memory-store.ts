import type { EvidenceReader, EvidenceWriter, StoredVersion } from '../../../core/evidence/evidence-store';

interface Kept extends StoredVersion {
  readonly bytes: Uint8Array;
}

/**
 * A versioned, write-once store with a clock, and what only an attacker does to one.
 */
export class MemoryStore implements EvidenceReader, EvidenceWriter {
  private kept: Kept[] = [];
  private count = 0;
  private time = Date.parse('2026-01-02T04:00:00.000Z');

  now = (): Date => new Date(this.time);

  async *versions(prefix: string): AsyncIterable<StoredVersion> {
    // as S3 lists: by key, the newest version of a key first.
    const found = this.kept.filter(({ key }) => key.startsWith(prefix)).reverse();
    for (const { bytes: _bytes, ...version } of found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
      yield version;
    }
  }

  async read(key: string, versionId: string, limitBytes: number) {
    const found = this.kept.find((item) => item.key === key && item.versionId === versionId && !item.isDeleteMarker);
    return found && found.bytes.length > limitBytes ? ('too-large' as const) : found?.bytes;
  }

  async writeOnce(key: string, bytes: Uint8Array) {
    const current = this.kept.filter((item) => item.key === key).at(-1);
    if (current && !current.isDeleteMarker) {
      return Buffer.from(current.bytes).equals(bytes) ? ('stored' as const) : ('taken' as const);
    }
    this.overwrite(key, bytes);
    return 'stored' as const;
  }

  overwrite(key: string, bytes: Uint8Array): void {
    this.add({ key, bytes, isDeleteMarker: false });
  }

  deleteWithMarker(key: string): void {
    this.add({ key, bytes: new Uint8Array(), isDeleteMarker: true });
  }

  /** as nobody can where versions are locked. */
  erase(key: string): void {
    this.kept = this.kept.filter((item) => item.key !== key);
  }

  /** as nobody can where versions are locked. */
  replace(key: string, change: (bytes: Uint8Array) => Uint8Array): void {
    this.kept = this.kept.map((item) => (item.key === key ? { ...item, bytes: change(item.bytes) } : item));
  }

  copy(): MemoryStore {
    const copy = new MemoryStore();
    copy.kept = [...this.kept];
    copy.count = this.count;
    copy.time = this.time;
    return copy;
  }

  bytes(key: string): Uint8Array {
    const found = this.kept.find((item) => item.key === key);
    if (!found) {
      throw new Error(`there is no ${key}, only ${this.keys().join(', ')}`);
    }
    return found.bytes;
  }

  keys(): string[] {
    return this.kept.map(({ key }) => key).sort();
  }

  advance(seconds: number): void {
    this.time += seconds * 1000;
  }

  private add({ key, bytes, isDeleteMarker }: Pick<Kept, 'key' | 'bytes' | 'isDeleteMarker'>): void {
    this.count += 1;
    this.time += 1;
    const version = { versionId: `v${this.count}`, storedAt: this.now(), sizeBytes: bytes.length };
    this.kept.push({ key, bytes, isDeleteMarker, ...version });
  }
}
