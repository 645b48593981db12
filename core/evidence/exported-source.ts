import { LineageError } from '../lineage-error';
import { openExport } from './open-export';
import type { EvidenceSource } from './verify-evidence';

/**
 * A folder that was exported. Nobody is asked for anything, and nothing is believed that does not verify.
 */
export async function exportedFolder(folder: string, name: string): Promise<EvidenceSource> {
  const exported = await openExport(folder);
  if (exported.list.name !== name) {
    throw new LineageError(
      'not-an-export',
      `the export in ${folder} is about ${exported.list.name}, not about ${name}`,
    );
  }
  return { platformName: exported.list.platform, reader: exported.reader, exported };
}
