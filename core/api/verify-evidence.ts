import type { EvidenceChain, EvidenceReport } from '../evidence/evidence-report';
import { exportedFolder } from '../evidence/exported-source';
import { KINDS } from '../evidence/incarnation';
import { evidenceReport } from '../evidence/reported-evidence';
import { type EvidenceSource, verifyEvidence as verify } from '../evidence/verify-evidence';
import { LineageError } from '../lineage-error';
import { evidenceStore } from '../platform/evidence-source';
import { assertFingerprints, assertMatches, shown } from './arguments';
import { openPlatform, type Platform } from './platform';

export interface EvidenceOptions {
  /** The SHA-256 of the public keys that are trusted, each from somebody who is: at least one. */
  readonly trust: readonly string[];
  /**
   * Of which kind a thing of the name may be. The worst of what is found decides.
   *
   * @default - any
   */
  readonly kinds?: readonly EvidenceChain['kind'][];
}

/**
 * Verifies the signed statements about all things of a name, and tells what they say, as `ml-lineage evidence show` does.
 *
 * Statements that are missing, changed or signed by another key are told in the report and are no error. Texts in the
 * report are as they were signed: clean them before they reach a terminal or a page.
 *
 * @param name of a job, an endpoint or a batch transform, or `<group>.<version>` of a model package
 * @returns what `ml-lineage evidence show --json` writes; only the result `verified` is a pass
 * @throws LineageError `invalid-argument`
 * @throws Error as S3 has it, where the evidence cannot be read; its `name` is AWS's code of the error
 */
export async function verifyEvidence(
  platform: Platform,
  name: string,
  options: EvidenceOptions,
): Promise<EvidenceReport> {
  const { addresses, access } = openPlatform(platform);
  return verifyIn(() => evidenceStore(addresses, access), name, options);
}

/**
 * Verifies a folder that `ml-lineage evidence export` has made. Nobody is asked for anything.
 *
 * @param folder with the list of the export and the versions that it names
 * @param name of what the export is about
 * @returns what `ml-lineage evidence show --from <folder> --json` writes; only the result `verified` is a pass
 * @throws LineageError `invalid-argument` or `not-an-export`
 */
export async function verifyExportedEvidence(
  folder: string,
  name: string,
  options: EvidenceOptions,
): Promise<EvidenceReport> {
  return verifyIn(() => exportedFolder(folder, name), name, options);
}

async function verifyIn(
  open: () => EvidenceSource | Promise<EvidenceSource>,
  name: string,
  { trust, kinds = KINDS }: EvidenceOptions,
): Promise<EvidenceReport> {
  assertMatches('name', 'evidenceName', name);
  assertFingerprints('trust', trust);
  if (trust.length === 0) {
    throw new LineageError('invalid-argument', 'trust must name at least one fingerprint, got none');
  }
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined || kinds.length === 0) {
    throw new LineageError('invalid-argument', `kinds must be some of ${KINDS.join(', ')}; got ${shown(kinds)}`);
  }
  return evidenceReport(await verify(name, kinds, await open(), trust));
}
