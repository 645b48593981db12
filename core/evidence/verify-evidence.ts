import type { EvidenceReader } from './evidence-store';
import { findChains, type IncarnationChain } from './find-chains';
import type { Kind } from './incarnation';
import type { OpenedExport } from './open-export';
import { readTrustedKeys } from './read-trusted-keys';
import { type ChainCheck, verifyChain } from './verify-chain';

/**
 * Where evidence is read: the store of a platform, or a folder that was exported from one.
 */
export interface EvidenceSource {
  readonly platformName: string;
  readonly reader: EvidenceReader;
  /** absent where the store itself is read. */
  readonly exported?: OpenedExport;
}

export interface CheckedChain {
  readonly chain: IncarnationChain;
  readonly check: ChainCheck;
}

/**
 * What was found about all things of one name.
 */
export interface EvidenceFindings {
  readonly platformName: string;
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly chains: readonly CheckedChain[];
  readonly foreignKeys: readonly string[];
  /** absent where the store itself was read. */
  readonly exported?: OpenedExport | undefined;
}

/**
 * Verifies all evidence about the things of a name.
 *
 * @param fingerprints of the public keys that the caller trusts
 */
export async function verifyEvidence(
  name: string,
  kinds: readonly Kind[],
  { platformName, reader, exported }: EvidenceSource,
  fingerprints: readonly string[],
): Promise<EvidenceFindings> {
  const trusted = await readTrustedKeys(platformName, fingerprints, reader);
  const { chains, foreignKeys } = await findChains(platformName, name, kinds, reader);
  const checked: CheckedChain[] = [];
  for (const chain of chains) {
    checked.push({ chain, check: await verifyChain(chain, reader, trusted) });
  }
  return { platformName, name, kinds, chains: checked, foreignKeys, exported };
}
