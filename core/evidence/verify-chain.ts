import { contract } from '../contract';
import { canonicalJson } from './canonical-json';
import { type ChainName, chainPrefix } from './chain-key';
import { type ChainListing, type ListedStatement, listChain } from './chain-listing';
import { sha256 } from './digest';
import type { EvidenceReader, StoredVersion } from './evidence-store';
import type { ChainProblem } from './problems';
import type { TrustedKeys } from './public-keys';
import { chainOfStatement, type Statement } from './statement';
import { verifyEnvelope } from './verify-envelope';

/**
 * A statement whose signature, place and links were all found good.
 */
export interface StoredStatement {
  readonly key: string;
  readonly versionId: string;
  readonly storedAt: Date;
  readonly sha256: string;
  readonly keyid: string;
  readonly statement: Statement;
}

/**
 * `absent` is no finding and no pass: there is no evidence.
 */
export type ChainCheck =
  | { readonly kind: 'absent' }
  | { readonly kind: 'intact'; readonly statements: readonly StoredStatement[] }
  | {
      readonly kind: 'broken';
      readonly problems: readonly ChainProblem[];
      readonly statements: readonly StoredStatement[];
    };

/**
 * Verifies the chain of one incarnation: every version that is listed, every signature, every link.
 *
 * That the chain goes on to its true end, only a checkpoint can tell.
 */
export async function verifyChain(chain: ChainName, reader: EvidenceReader, trusted: TrustedKeys): Promise<ChainCheck> {
  return verifyListed(chain, await listChain(chain, reader), reader, trusted);
}

/**
 * Verifies what was listed of a chain.
 *
 * @param from the first statement to read: those before it were verified when the hash of this one was written down
 */
export async function verifyListed(
  chain: ChainName,
  listing: ChainListing,
  reader: EvidenceReader,
  trusted: TrustedKeys,
  from = 1,
): Promise<ChainCheck> {
  const problems: ChainProblem[] = [...listing.problems];
  const statements: StoredStatement[] = [];
  // a chain that ends earlier is read at its end.
  const first = Math.min(from, listing.statements.at(-1)?.sequence ?? 1);
  // undefined: the one before was not read.
  let previous: string | null | undefined = first === 1 ? null : undefined;
  for (const listed of listing.statements.filter(({ sequence }) => sequence >= first)) {
    const read = await readStatement(chain, listed, reader, trusted);
    problems.push(...read.problems);
    if (read.stored) {
      const named = read.stored.statement.predicate.previous;
      if (previous !== undefined && named !== previous) {
        const explanation = `it names ${named ?? 'none'} as the one before, which is ${previous ?? 'none'}`;
        problems.push({ code: 'wrong-previous', key: listed.version.key, explanation });
      }
      statements.push(read.stored);
    }
    previous = read.sha256;
  }
  if (problems.length > 0) {
    return { kind: 'broken', problems, statements };
  }
  return statements.length > 0 ? { kind: 'intact', statements } : { kind: 'absent' };
}

export interface ReadStatement {
  /** of the bytes as they are stored, whatever they are; null where there are none. */
  readonly sha256: string | null;
  readonly stored: StoredStatement | undefined;
  readonly problems: readonly ChainProblem[];
}

/**
 * Reads and verifies one statement, as far as that goes without its neighbours.
 */
export async function readStatement(
  chain: ChainName,
  { sequence, version }: ListedStatement,
  reader: EvidenceReader,
  trusted: TrustedKeys,
): Promise<ReadStatement> {
  const { key, versionId, storedAt } = version;
  const { evidenceEnvelopeBytes, evidenceCheckpointBytes } = contract.limits;
  const limit = chain.kind === 'checkpoint' ? evidenceCheckpointBytes : evidenceEnvelopeBytes;
  const bytes = version.sizeBytes > limit ? 'too-large' : await reader.read(key, versionId, limit);
  if (bytes === 'too-large') {
    return unread({ code: 'too-large', key, explanation: `it has ${version.sizeBytes} bytes, more than ${limit}` });
  }
  if (bytes === undefined) {
    return unread({ code: 'unreadable', key, explanation: `the version ${versionId} is listed, but cannot be read` });
  }
  const check = verifyEnvelope(bytes, trusted);
  if (check.kind === 'refused') {
    const { problem, explanation } = check;
    return { sha256: sha256(bytes), stored: undefined, problems: [{ code: problem, key, explanation }] };
  }
  const { statement, keyid } = check;
  return {
    sha256: check.sha256,
    stored: { key, versionId, storedAt, sha256: check.sha256, keyid, statement },
    problems: placeProblems(chain, sequence, version, statement),
  };
}

function placeProblems(chain: ChainName, sequence: number, version: StoredVersion, statement: Statement) {
  const { key } = version;
  const problems: ChainProblem[] = [];
  const own = chainOfStatement(statement);
  if (canonicalJson(own) !== canonicalJson(chain)) {
    problems.push({ code: 'other-chain', key, explanation: `its statement belongs to ${chainPrefix(own)}` });
  }
  const { sequence: stated, recordedAt } = statement.predicate;
  if (stated !== sequence) {
    problems.push({ code: 'wrong-sequence', key, explanation: `its statement says that it is number ${stated}` });
  }
  const seconds = Math.abs(version.storedAt.getTime() - Date.parse(recordedAt)) / 1000;
  if (seconds > contract.limits.evidenceClockSkewSeconds) {
    const explanation = `it says ${recordedAt}, but was stored at ${version.storedAt.toISOString()}`;
    problems.push({ code: 'time-differs', key, explanation });
  }
  return problems;
}

function unread(problem: ChainProblem): ReadStatement {
  return { sha256: null, stored: undefined, problems: [problem] };
}
