import { z } from 'zod';
import { contract, pattern } from '../contract';
import { isPublicKeyKey, namePrefix, parseStatementKey, publicKeysPrefix } from './chain-key';
import type { EvidenceReader, StoredVersion } from './evidence-store';
import { Instant, PlatformName, RecordedBy, Sha256 } from './fields';
import { KINDS } from './incarnation';
import { LONGEST_PEM_BYTES } from './read-trusted-keys';

export const EXPORT_FORMAT = 'tag:cdk-ml-lineage,2026:evidence-export/v1';

const ExportedVersion = z.strictObject({
  key: z.string().max(1024),
  versionId: z.string().min(1).max(1024),
  isDeleteMarker: z.boolean(),
  sizeBytes: z.int().min(0),
  /** the store's own date. */
  storedAt: Instant,
  /** the file with the bytes; null for a delete marker, and for bytes that can belong to no statement and no key. */
  content: z.strictObject({ file: z.string().regex(pattern('evidenceExportFile')), sha256: Sha256 }).nullable(),
});
export type ExportedVersion = z.infer<typeof ExportedVersion>;

/**
 * The list of an export: all that the store had about things of one name, and the public keys. It is not signed; the
 * statements are.
 */
export const EvidenceExport = z
  .strictObject({
    format: z.literal(EXPORT_FORMAT),
    platform: PlatformName,
    name: z.string().regex(pattern('evidenceName')),
    bucket: z.string().regex(pattern('s3Bucket')),
    exportedAt: Instant,
    exportedBy: RecordedBy,
    versions: z.array(ExportedVersion).max(contract.limits.evidenceExportVersions),
  })
  .refine(({ versions }) => isEachOnce(versions.map(({ key, versionId }) => JSON.stringify([key, versionId]))), {
    error: 'a version is listed twice',
  })
  .refine(({ versions }) => isEachOnce(versions.flatMap(({ content }) => content?.file ?? [])), {
    error: 'a file belongs to two versions',
  });
export type EvidenceExport = z.infer<typeof EvidenceExport>;

/**
 * Lists what belongs into an export about things of one name: every version of their statements, and of the public keys.
 */
export async function listForExport(platform: string, name: string, reader: EvidenceReader): Promise<StoredVersion[]> {
  const found: StoredVersion[] = [];
  for (const prefix of [...KINDS.map((kind) => namePrefix(platform, kind, name)), publicKeysPrefix(platform)]) {
    for await (const version of reader.versions(prefix)) {
      if (found.length === contract.limits.evidenceExportVersions) {
        throw new Error(
          `there are more than ${contract.limits.evidenceExportVersions} versions about ${name}, which nothing of ours writes; look at them with aws s3api list-object-versions`,
        );
      }
      found.push(version);
    }
  }
  return found;
}

/**
 * How many bytes the object of a key may have to be exported, and what kind of file it becomes; undefined for a key that
 * is neither of a statement nor of a public key.
 */
export function exportedAs(key: string): { extension: 'json' | 'pem'; limitBytes: number } | undefined {
  if (parseStatementKey(key)) {
    return { extension: 'json', limitBytes: contract.limits.evidenceEnvelopeBytes };
  }
  return isPublicKeyKey(key) ? { extension: 'pem', limitBytes: LONGEST_PEM_BYTES } : undefined;
}

function isEachOnce(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
