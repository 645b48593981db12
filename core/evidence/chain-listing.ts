import { contract } from '../contract';
import { type ChainName, chainPrefix, parseStatementKey } from './chain-key';
import type { EvidenceReader, StoredVersion } from './evidence-store';
import type { ListingProblem } from './problems';

/**
 * A place of a chain, and the version that was stored there first.
 */
export interface ListedStatement {
  readonly sequence: number;
  readonly version: StoredVersion;
}

export interface ChainListing {
  readonly statements: readonly ListedStatement[];
  readonly problems: readonly ListingProblem[];
}

/**
 * Lists a chain with all versions of its keys, without reading a statement.
 */
export async function listChain(chain: ChainName, reader: EvidenceReader): Promise<ChainListing> {
  const versions: StoredVersion[] = [];
  for await (const version of reader.versions(chainPrefix(chain))) {
    versions.push(version);
    if (versions.length > contract.limits.evidenceChainVersions) {
      break;
    }
  }
  return judgeListing(chain, versions);
}

/**
 * Judges what is listed of a chain.
 *
 * @param listed all versions of all its keys, or as many as are too many
 */
export function judgeListing(chain: ChainName, listed: readonly StoredVersion[]): ChainListing {
  const prefix = chainPrefix(chain);
  if (listed.length > contract.limits.evidenceChainVersions) {
    const explanation = `there are more than ${contract.limits.evidenceChainVersions} versions`;
    return { statements: [], problems: [{ code: 'too-many-versions', key: prefix, explanation }] };
  }
  const byKey = new Map<string, StoredVersion[]>();
  for (const version of listed) {
    byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  }
  const problems: ListingProblem[] = [];
  const statements = [...byKey].flatMap(([key, versions]) => {
    problems.push(...versionProblems(key, versions));
    const sequence = parseStatementKey(key)?.sequence;
    if (sequence === undefined) {
      problems.push(foreignKey(key));
    }
    const version = oldest(versions);
    return sequence !== undefined && version ? [{ sequence, version }] : [];
  });
  statements.sort((a, b) => a.sequence - b.sequence);
  return { statements, problems: [...problems, ...orderProblems(prefix, statements)] };
}

export function foreignKey(key: string): ListingProblem {
  return { code: 'foreign-key', key, explanation: 'it is no key of a statement' };
}

/**
 * What the versions of one key show: it is written once, and never again.
 */
export function versionProblems(key: string, versions: readonly StoredVersion[]): ListingProblem[] {
  const markers = versions.filter(({ isDeleteMarker }) => isDeleteMarker).length;
  const objects = versions.length - markers;
  return [
    ...(markers > 0
      ? [{ code: 'delete-marker', key, explanation: `somebody deleted it ${markers} times` } as const]
      : []),
    ...(objects > 1 ? [{ code: 'second-version', key, explanation: `it has ${objects} versions` } as const] : []),
  ];
}

function orderProblems(prefix: string, statements: readonly ListedStatement[]): ListingProblem[] {
  return statements.flatMap(({ sequence, version }, index) => {
    const before = statements[index - 1];
    const expected = (before?.sequence ?? 0) + 1;
    const problems: ListingProblem[] = [];
    if (sequence !== expected) {
      const explanation = `${prefix} has nothing from number ${expected} to ${sequence - 1}`;
      problems.push({ code: 'gap', key: version.key, explanation });
    }
    if (before && version.storedAt < before.version.storedAt) {
      const explanation = `it was stored at ${version.storedAt.toISOString()}, before ${before.version.key}`;
      problems.push({ code: 'stored-out-of-order', key: version.key, explanation });
    }
    return problems;
  });
}

// what was written first is what the writer wrote once; a later version is somebody else's. Stores tell the time in whole
// seconds and list the newest version first, so that of two of the same second the later in the list is the older.
function oldest(versions: readonly StoredVersion[]): StoredVersion | undefined {
  return versions
    .filter(({ isDeleteMarker }) => !isDeleteMarker)
    .reduce<StoredVersion | undefined>(
      (first, next) => (first && first.storedAt < next.storedAt ? first : next),
      undefined,
    );
}
