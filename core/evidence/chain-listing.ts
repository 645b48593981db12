import { contract } from '../contract';
import { type ChainName, chainPrefix, parseStatementKey } from './chain-key';
import type { EvidenceReader, StoredVersion } from './evidence-store';

/**
 * What a listing alone shows to be wrong with a chain.
 */
export const LISTING_PROBLEMS = [
  'gap',
  'second-version',
  'delete-marker',
  'foreign-key',
  'stored-out-of-order',
  'too-many-versions',
] as const;
export type ListingProblem = (typeof LISTING_PROBLEMS)[number];

export interface Problem<Code extends string> {
  readonly code: Code;
  /** the key at which it was found, or the chain's prefix where there is none. */
  readonly key: string;
  readonly explanation: string;
}

/**
 * A place of a chain, and the version that was stored there first.
 */
export interface ListedStatement {
  readonly sequence: number;
  readonly version: StoredVersion;
}

export interface ChainListing {
  readonly statements: readonly ListedStatement[];
  readonly problems: readonly Problem<ListingProblem>[];
}

/**
 * Lists a chain with all versions of its keys, without reading a statement.
 */
export async function listChain(chain: ChainName, reader: EvidenceReader): Promise<ChainListing> {
  const prefix = chainPrefix(chain);
  const byKey = new Map<string, StoredVersion[]>();
  let count = 0;
  for await (const version of reader.versions(prefix)) {
    count += 1;
    if (count > contract.limits.evidenceChainVersions) {
      const explanation = `there are more than ${contract.limits.evidenceChainVersions} versions`;
      return { statements: [], problems: [{ code: 'too-many-versions', key: prefix, explanation }] };
    }
    byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  }
  const problems: Problem<ListingProblem>[] = [];
  const statements = [...byKey].flatMap(([key, versions]) => {
    problems.push(...versionProblems(key, versions));
    const sequence = parseStatementKey(key)?.sequence;
    if (sequence === undefined) {
      problems.push({ code: 'foreign-key', key, explanation: 'it is no key of a statement' });
    }
    const version = oldest(versions);
    return sequence !== undefined && version ? [{ sequence, version }] : [];
  });
  statements.sort((a, b) => a.sequence - b.sequence);
  return { statements, problems: [...problems, ...orderProblems(prefix, statements)] };
}

function versionProblems(key: string, versions: readonly StoredVersion[]): Problem<ListingProblem>[] {
  const markers = versions.filter(({ isDeleteMarker }) => isDeleteMarker).length;
  const objects = versions.length - markers;
  return [
    ...(markers > 0
      ? [{ code: 'delete-marker', key, explanation: `somebody deleted it ${markers} times` } as const]
      : []),
    ...(objects > 1 ? [{ code: 'second-version', key, explanation: `it has ${objects} versions` } as const] : []),
  ];
}

function orderProblems(prefix: string, statements: readonly ListedStatement[]): Problem<ListingProblem>[] {
  return statements.flatMap(({ sequence, version }, index) => {
    const before = statements[index - 1];
    const expected = (before?.sequence ?? 0) + 1;
    const problems: Problem<ListingProblem>[] = [];
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
