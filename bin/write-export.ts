import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contract } from '../core/contract';
import { publicKeysPrefix } from '../core/evidence/chain-key';
import { sha256 } from '../core/evidence/digest';
import {
  type EvidenceExport,
  EXPORT_FORMAT,
  type ExportedVersion,
  exportedAs,
  listForExport,
} from '../core/evidence/evidence-export';
import type { EvidenceReader, StoredVersion } from '../core/evidence/evidence-store';
import { LIST_FILE, VERSIONS_FOLDER } from '../core/evidence/export-layout';

export interface ExportRequest {
  readonly platform: string;
  readonly name: string;
  readonly bucket: string;
  readonly exportedBy: string;
  readonly exportedAt: Date;
}

export interface WrittenExport {
  readonly versions: number;
  readonly bytes: number;
  /** of the list, by which an export can be told from one that was changed. */
  readonly listSha256: string;
}

/**
 * Writes all that the store has about things of one name into a new folder: the bytes of each version, and a list of the
 * versions with what S3 says of them.
 *
 * @returns `undefined` where there is nothing about the name
 */
export async function writeExport(
  folder: string,
  request: ExportRequest,
  reader: EvidenceReader,
): Promise<WrittenExport | undefined> {
  const found = await listForExport(request.platform, request.name, reader);
  const keys = publicKeysPrefix(request.platform);
  if (found.every(({ key }) => key.startsWith(keys))) {
    return undefined;
  }
  await createFolder(folder);
  try {
    return await fill(folder, request, found, reader);
  } catch (error) {
    // half an export could be taken for a whole one.
    await rm(folder, { recursive: true });
    throw error;
  }
}

async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') {
      throw new Error(`${folder} is there already; name a folder that is not, nothing is overwritten`, {
        cause: error,
      });
    }
    if (code === 'ENOENT') {
      throw new Error(`the folder that ${folder} should be in does not exist; make it first`, { cause: error });
    }
    throw error;
  }
}

async function fill(
  folder: string,
  { platform, name, bucket, exportedBy, exportedAt }: ExportRequest,
  found: readonly StoredVersion[],
  reader: EvidenceReader,
): Promise<WrittenExport> {
  await mkdir(join(folder, VERSIONS_FOLDER));
  const versions: ExportedVersion[] = [];
  let total = 0;
  for (const version of found) {
    const bytes = await bytesOf(version, reader);
    total += bytes?.length ?? 0;
    if (total > contract.limits.evidenceExportBytes) {
      throw new Error(
        `the evidence about ${name} has more than ${contract.limits.evidenceExportBytes} bytes, which nothing of ours writes`,
      );
    }
    // a key is not ours to choose and no safe name for a file; the number of the version is.
    const file = `${String(versions.length + 1).padStart(6, '0')}.${exportedAs(version.key)?.extension}`;
    if (bytes) {
      await writeFile(join(folder, VERSIONS_FOLDER, file), bytes, { flag: 'wx' });
    }
    const { key, versionId, isDeleteMarker, sizeBytes, storedAt } = version;
    versions.push({
      key,
      versionId,
      isDeleteMarker,
      sizeBytes,
      storedAt: storedAt.toISOString(),
      content: bytes ? { file, sha256: sha256(bytes) } : null,
    });
  }
  const list: EvidenceExport = {
    format: EXPORT_FORMAT,
    platform,
    name,
    bucket,
    exportedAt: exportedAt.toISOString(),
    exportedBy,
    versions,
  };
  const text = `${JSON.stringify(list, null, 2)}\n`;
  // last: a folder without its list is no export.
  await writeFile(join(folder, LIST_FILE), text, { flag: 'wx' });
  return { versions: versions.length, bytes: total, listSha256: sha256(text) };
}

async function bytesOf({ key, versionId, isDeleteMarker, sizeBytes }: StoredVersion, reader: EvidenceReader) {
  const limit = exportedAs(key)?.limitBytes ?? 0;
  if (isDeleteMarker || sizeBytes > limit) {
    return undefined;
  }
  const bytes = await reader.read(key, versionId, limit);
  if (bytes === 'too-large') {
    return undefined;
  }
  if (bytes === undefined) {
    throw new Error(`S3 lists the version ${versionId} of ${key}, and then has none; try again`);
  }
  return bytes;
}
