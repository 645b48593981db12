import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

// as many as Node compresses at the same time.
const FILES_AT_ONCE = 4;

// a local header and an entry of the directory for each file, each with its name, and one end of the directory:
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
const HEADER_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;

export interface ArchiveSize {
  readonly unzippedBytes: number;
  readonly zippedBytes: number;
}

/**
 * A file as it would be in an archive.
 */
export interface PackedFile extends ArchiveSize {
  readonly path: string;
}

/**
 * Finds out how large files are in a ZIP archive, without writing one.
 *
 * @param root of the names in the archive
 */
export async function packFiles(root: string, paths: readonly string[]): Promise<PackedFile[]> {
  const packed: PackedFile[] = [];
  for (let start = 0; start < paths.length; start += FILES_AT_ONCE) {
    const some = paths.slice(start, start + FILES_AT_ONCE);
    packed.push(...(await Promise.all(some.map((path) => packFile(root, path)))));
  }
  return packed;
}

/**
 * How large files are together, as they are and in an archive as every common program makes it.
 */
export function archiveSize(files: readonly PackedFile[]): ArchiveSize {
  return {
    unzippedBytes: files.reduce((sum, { unzippedBytes }) => sum + unzippedBytes, 0),
    zippedBytes: files.reduce((sum, { zippedBytes }) => sum + zippedBytes, END_BYTES),
  };
}

async function packFile(root: string, path: string): Promise<PackedFile> {
  const content = await readFile(path);
  const compressed = await deflate(content);
  const nameBytes = Buffer.byteLength(path.slice(root.length + 1));
  const zippedBytes = Math.min(content.length, compressed.length) + HEADER_BYTES + ENTRY_BYTES + 2 * nameBytes;
  return { path, unzippedBytes: content.length, zippedBytes };
}
