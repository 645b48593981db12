import { contract } from '../contract';
import { type ChainName, chainAbove, chainPrefix, parsePublicKeyKey } from './chain-key';
import { type ChainListing, foreignKey, judgeListing, versionProblems } from './chain-listing';
import type { EvidenceReader, StoredVersion } from './evidence-store';
import { PlatformName } from './fields';
import type { Kind } from './incarnation';
import type { ListingProblem } from './problems';

/**
 * A chain as it is listed, or what is wrong with a key that lies in no chain.
 */
export type Scanned =
  | { readonly kind: 'chain'; readonly chain: ChainName; readonly listing: ChainListing }
  | { readonly kind: 'no-chain'; readonly problems: readonly ListingProblem[] };

/**
 * There are more chains than a checkpoint can hold. No retry mends it.
 */
export class TooManyChains extends Error {
  override readonly name = 'TooManyChains';

  constructor(platform: string) {
    super(
      `the platform ${platform} has more than ${contract.limits.evidenceChains} chains of statements, which is more ` +
        'than one checkpoint can name; give new jobs a platform of their own',
    );
  }
}

interface Group {
  readonly name: string;
  readonly versions: StoredVersion[];
}

/**
 * Lists all chains of a platform in one go, each with all versions of its keys. At any time it holds the versions of one
 * chain, and the names of those that it has given.
 *
 * @param kind only chains about things of this kind
 * @throws TooManyChains
 */
export async function* scanChains(platform: string, reader: EvidenceReader, kind?: Kind): AsyncGenerator<Scanned> {
  const given = new Set<string>();
  const prefix = `${PlatformName.parse(platform)}/${kind === undefined ? '' : `${kind}/`}`;
  for await (const { name, versions } of groups(prefix, reader)) {
    const chain = chainAbove(name);
    if (!chain) {
      const foreign = parsePublicKeyKey(name) === undefined ? [foreignKey(name)] : [];
      yield { kind: 'no-chain', problems: [...foreign, ...versionProblems(name, versions)] };
      continue;
    }
    if (given.has(name)) {
      throw new Error(`the store lists ${name} in two places; its lists must be in the order of the keys`);
    }
    given.add(name);
    if (given.size > contract.limits.evidenceChains) {
      throw new TooManyChains(platform);
    }
    yield { kind: 'chain', chain, listing: judgeListing(chain, versions) };
  }
}

/** The versions below the prefix of a chain, or of a key that lies in none. */
async function* groups(prefix: string, reader: EvidenceReader): AsyncGenerator<Group> {
  let group: Group | undefined;
  for await (const version of reader.versions(prefix)) {
    const chain = chainAbove(version.key);
    const name = chain ? chainPrefix(chain) : version.key;
    if (group?.name !== name) {
      if (group) {
        yield group;
      }
      group = { name, versions: [] };
    }
    // one more than there may be is enough to see that there are too many.
    if (group.versions.length <= contract.limits.evidenceChainVersions) {
      group.versions.push(version);
    }
  }
  if (group) {
    yield group;
  }
}
