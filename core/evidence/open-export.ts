import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { contract } from '../contract';
import { LineageError } from '../lineage-error';
import { sha256 } from './digest';
import { EvidenceExport, type ExportedVersion, exportedAs } from './evidence-export';
import type { EvidenceReader } from './evidence-store';
import { LIST_FILE, VERSIONS_FOLDER } from './export-layout';

const SHOWN = 20;

/**
 * An export as it is in its folder.
 */
export interface OpenedExport {
  readonly list: EvidenceExport;
  readonly listSha256: string;
  readonly reader: EvidenceReader;
  /** what the folder has beside its list, or has not as its list says. */
  readonly problems: readonly string[];
}

/**
 * Opens the folder of an export, and compares every file with the list.
 */
export async function openExport(folder: string): Promise<OpenedExport> {
  const bytes = await readPlainFile(join(folder, LIST_FILE), contract.limits.evidenceExportListingBytes);
  if (typeof bytes === 'string') {
    throw new LineageError(
      'not-an-export',
      `${folder} holds no ${LIST_FILE} (${bytes}): it is no export of evidence, or one that was not finished; export it again`,
    );
  }
  const list = parseList(folder, bytes);
  await assertVersionsFolder(folder);
  return { list, listSha256: sha256(bytes), reader: folderReader(folder, list), problems: await compare(folder, list) };
}

function parseList(folder: string, bytes: Uint8Array): EvidenceExport {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new LineageError(
      'not-an-export',
      `${LIST_FILE} in ${folder} is no JSON in UTF-8: it was cut or changed; export it again`,
      { cause: error },
    );
  }
  const result = EvidenceExport.safeParse(json);
  if (!result.success) {
    throw new LineageError(
      'not-an-export',
      `${LIST_FILE} in ${folder} is no list of an export: ${z.prettifyError(result.error).slice(0, 500)}`,
    );
  }
  return result.data;
}

async function assertVersionsFolder(folder: string): Promise<void> {
  const found = await lstat(join(folder, VERSIONS_FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (!found?.isDirectory()) {
    throw new LineageError(
      'not-an-export',
      `${VERSIONS_FOLDER} in ${folder} is ${found ? 'no folder' : 'missing'}; export it again`,
    );
  }
}

function folderReader(folder: string, { versions }: EvidenceExport): EvidenceReader {
  const identity = (key: string, versionId: string) => JSON.stringify([key, versionId]);
  const contents = new Map(versions.map(({ key, versionId, content }) => [identity(key, versionId), content]));
  return {
    async *versions(prefix) {
      for (const { key, versionId, isDeleteMarker, sizeBytes, storedAt } of versions) {
        if (key.startsWith(prefix)) {
          yield { key, versionId, isDeleteMarker, sizeBytes, storedAt: new Date(storedAt) };
        }
      }
    },
    async read(key, versionId, limitBytes) {
      const content = contents.get(identity(key, versionId));
      if (!content) {
        return undefined;
      }
      const bytes = await readPlainFile(join(folder, VERSIONS_FOLDER, content.file), limitBytes);
      return typeof bytes !== 'string' || bytes === 'too-large' ? bytes : undefined;
    },
  };
}

async function compare(folder: string, { versions }: EvidenceExport): Promise<string[]> {
  const problems: string[] = [];
  const listed = new Set(versions.flatMap(({ content }) => content?.file ?? []));
  for (const version of versions) {
    const problem = await compareFile(folder, version);
    if (problem !== undefined) {
      problems.push(problem);
    }
  }
  const beside = (await readdir(folder)).filter((name) => name !== LIST_FILE && name !== VERSIONS_FOLDER);
  const unlisted = (await readdir(join(folder, VERSIONS_FOLDER))).filter((name) => !listed.has(name));
  const foreign = [...beside, ...unlisted.map((name) => `${VERSIONS_FOLDER}/${name}`)];
  const more = foreign.length - SHOWN;
  return [
    ...problems,
    ...foreign.slice(0, SHOWN).map((name) => `${name} is no part of the export: somebody put it there`),
    ...(more > 0 ? [`${more} more files are no part of the export`] : []),
  ];
}

async function compareFile(folder: string, { key, content }: ExportedVersion): Promise<string | undefined> {
  if (!content) {
    return undefined;
  }
  const { file } = content;
  const bytes = await readPlainFile(join(folder, VERSIONS_FOLDER, file), exportedAs(key)?.limitBytes ?? 0);
  if (typeof bytes === 'string') {
    return `${VERSIONS_FOLDER}/${file} cannot be taken: ${bytes}`;
  }
  return sha256(bytes) === content.sha256 ? undefined : `${VERSIONS_FOLDER}/${file} is not what the list says`;
}

/**
 * The bytes of a plain file, or what keeps them from being read.
 */
async function readPlainFile(
  path: string,
  limitBytes: number,
): Promise<Uint8Array | 'missing' | 'too-large' | 'no plain file'> {
  let file: FileHandle;
  try {
    // whoever hands over a folder could let a link in it lead to another file of the reader, and a pipe would not end.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return 'missing';
    }
    if (code === 'ELOOP') {
      return 'no plain file';
    }
    throw error;
  }
  try {
    const { size } = await file.stat().then((stat) => (stat.isFile() ? stat : { size: undefined }));
    if (size === undefined) {
      return 'no plain file';
    }
    return size > limitBytes ? 'too-large' : await file.readFile();
  } finally {
    await file.close();
  }
}
