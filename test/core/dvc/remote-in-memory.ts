import { createHash } from 'node:crypto';
import type { ObjectHistory, RemoteReader } from '../../../core/dvc/remote-reader';

export const digestOf = (content: string | Buffer) => createHash('md5').update(content).digest('hex');

/**
 * A DVC remote in memory that counts what is asked of it.
 */
export class RemoteInMemory implements RemoteReader {
  readonly url = 's3://bucket/dvc';
  readonly asked = { listing: 0, history: 0, atOnce: 0 };
  private readonly objects = new Map<string, Buffer | 'too-large'>();
  private readonly histories = new Map<string, ObjectHistory>();
  private open = 0;

  /** Puts a file under its digest, and gives it. */
  put(content: string | Buffer, ending = ''): string {
    const md5 = `${digestOf(content)}${ending}`;
    this.objects.set(md5, Buffer.from(content));
    return md5;
  }

  /** Puts files and their listing as DVC does, and gives the listing's name. */
  putDirectory(files: Readonly<Record<string, string>>): string {
    const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    const listed = entries.map(([relpath, text]) => `{"md5": "${this.put(text)}", "relpath": "${relpath}"}`);
    return this.put(`[${listed.join(', ')}]`, '.dir');
  }

  /** Puts something else in an object's place. */
  replace(md5: string, content: Buffer | 'too-large'): void {
    this.objects.set(md5, content);
  }

  remove(md5: string): void {
    this.objects.delete(md5);
  }

  setHistory(md5: string, history: Partial<ObjectHistory>): void {
    this.histories.set(md5, { versions: [], deleted: false, more: false, ...history });
  }

  async listing(md5: string): Promise<Uint8Array | 'too-large' | undefined> {
    this.asked.listing += 1;
    return this.objects.get(md5);
  }

  async history(md5: string): Promise<ObjectHistory> {
    this.asked.history += 1;
    this.open += 1;
    this.asked.atOnce = Math.max(this.asked.atOnce, this.open);
    await new Promise((resolve) => setImmediate(resolve));
    this.open -= 1;
    const content = this.objects.get(md5);
    const told = this.histories.get(md5);
    if (told || content === undefined) {
      return told ?? { versions: [], deleted: false, more: false };
    }
    const sizeBytes = content === 'too-large' ? 1 : content.length;
    return {
      versions: [{ sizeBytes, eTag: digestOf(content === 'too-large' ? '' : content), kept: true }],
      deleted: false,
      more: false,
    };
  }
}
