import { type ChainName, namePrefix, parseStatementKey } from './chain-key';
import type { EvidenceReader } from './evidence-store';
import type { Kind } from './incarnation';

/**
 * The chain about one incarnation.
 */
export type IncarnationChain = Extract<ChainName, { createdAt: string }>;

export interface FoundChains {
  readonly chains: readonly IncarnationChain[];
  /** keys among them that no statement can have: somebody else wrote them. */
  readonly foreignKeys: readonly string[];
}

/**
 * Finds the chains about everything of these kinds that ever had a name, kind by kind, the oldest first: the name of a
 * thing that was deleted can be used again.
 */
export async function findChains(
  platform: string,
  name: string,
  kinds: readonly Kind[],
  reader: EvidenceReader,
): Promise<FoundChains> {
  const chains: IncarnationChain[] = [];
  const foreignKeys = new Set<string>();
  for (const kind of kinds) {
    const byTime = new Map<string, IncarnationChain>();
    for await (const { key } of reader.versions(namePrefix(platform, kind, name))) {
      const chain = parseStatementKey(key)?.chain;
      if (chain && 'createdAt' in chain) {
        byTime.set(chain.createdAt, chain);
      } else {
        foreignKeys.add(key);
      }
    }
    chains.push(...[...byTime].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chain]) => chain));
  }
  return { chains, foreignKeys: [...foreignKeys] };
}
