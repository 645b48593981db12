import { type ChainName, chainPrefix } from './chain-key';
import { listChain } from './chain-listing';
import type { EvidenceReader } from './evidence-store';
import type { ChainProblem } from './problems';
import type { TrustedKeys } from './public-keys';
import { readStatement, type StoredStatement } from './verify-chain';

const UNTRUSTED_KEY_REMEDY =
  'If that is the fingerprint of a signing key of this platform from before, add it to previousKeyFingerprints of the ' +
  'EvidenceStore, deploy, and send what was parked again; if not, somebody else signed';

/**
 * The chain is not as its writers left it. Nothing is added to it, and no retry mends it.
 */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';

  constructor(
    chain: ChainName,
    readonly problems: readonly ChainProblem[],
  ) {
    const told = problems.slice(0, 5).map(({ code, key, explanation }) => `${code} at ${key}: ${explanation}`);
    const remedy = problems.some(({ code }) => code === 'untrusted-key') ? `. ${UNTRUSTED_KEY_REMEDY}` : '';
    super(
      `the evidence under ${chainPrefix(chain)} was tampered with or cannot be verified: ${told.join('; ')}${remedy}`,
    );
  }
}

interface Readable {
  readonly reader: EvidenceReader;
  readonly trusted: TrustedKeys;
}

/**
 * Reads and verifies the first statement of a chain; undefined where there is none.
 *
 * @throws ChainBroken where the listing of the chain, or its first statement, is not as it was written
 */
export function readFirstStatement(chain: ChainName, from: Readable): Promise<StoredStatement | undefined> {
  return readAt(0, chain, from);
}

/**
 * Reads and verifies the last statement of a chain; undefined where there is none.
 *
 * @throws ChainBroken where the listing of the chain, or its last statement, is not as it was written
 */
export function readLastStatement(chain: ChainName, from: Readable): Promise<StoredStatement | undefined> {
  return readAt(-1, chain, from);
}

async function readAt(index: 0 | -1, chain: ChainName, { reader, trusted }: Readable) {
  const { statements, problems } = await listChain(chain, reader);
  if (problems.length > 0) {
    throw new ChainBroken(chain, problems);
  }
  const listed = statements.at(index);
  if (!listed) {
    return undefined;
  }
  const read = await readStatement(chain, listed, reader, trusted);
  if (!read.stored || read.problems.length > 0) {
    throw new ChainBroken(chain, read.problems);
  }
  return read.stored;
}
