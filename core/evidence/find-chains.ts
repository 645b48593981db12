import { type ChainName, parseStatementKey } from './chain-key';
import type { EvidenceReader } from './evidence-store';
import { PlatformName } from './fields';

export interface FoundChains {
  readonly chains: readonly ChainName[];
  /** keys among them that no statement can have: somebody else wrote them. */
  readonly foreignKeys: readonly string[];
}

/**
 * Finds the chains about all training jobs that ever had a name, the oldest first: a deleted job's name can be used again.
 *
 * @param name must have been checked to be the name of a job
 */
export async function findTrainingChains(platform: string, name: string, reader: EvidenceReader): Promise<FoundChains> {
  const chains = new Map<string, ChainName>();
  const foreignKeys = new Set<string>();
  for await (const { key } of reader.versions(`${PlatformName.parse(platform)}/training-job/${name}/`)) {
    const chain = parseStatementKey(key)?.chain;
    if (chain && 'createdAt' in chain) {
      chains.set(chain.createdAt, chain);
    } else {
      foreignKeys.add(key);
    }
  }
  return {
    chains: [...chains].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chain]) => chain),
    foreignKeys: [...foreignKeys],
  };
}
