import { contract } from '../contract';
import { canonicalJson } from './canonical-json';
import { readFirstStatement, readLastStatement } from './chain-ends';
import { type ChainName, chainPrefix, statementKey } from './chain-key';
import { sha256 } from './digest';
import { type Signer, sealEnvelope } from './dsse';
import type { EvidenceReader, EvidenceWriter } from './evidence-store';
import { SEQUENCE_DIGITS } from './fields';
import { PREDICATE_TYPES } from './predicate-types';
import type { TrustedKeys } from './public-keys';
import { chainOfStatement, composeStatement, type Draft, isSameOutcome, type Statement } from './statement';
import { verifyEnvelope } from './verify-envelope';

/**
 * What is needed to add to evidence.
 */
export interface EvidenceLedger {
  readonly reader: EvidenceReader;
  readonly writer: EvidenceWriter;
  readonly signer: Signer;
  readonly trusted: TrustedKeys;
  now(): Date;
}

/**
 * A statement that is in the store.
 */
export interface AppendedStatement {
  readonly key: string;
  readonly sha256: string;
  readonly statement: Statement;
  /** false where the chain said the same already. */
  readonly isNew: boolean;
}

/**
 * Adds a statement to its chain, unless the chain's last one says the same.
 *
 * Any number of writers may do so at once: a place in the chain is taken by whoever writes first, and the others go on
 * from there.
 *
 * @throws ChainBroken where the chain, or its last statement, is not as it was written
 */
export function appendStatement(draft: Draft, ledger: EvidenceLedger): Promise<AppendedStatement> {
  return appendAfterLatest(chainOfStatement(draft), async () => draft, ledger);
}

/**
 * Adds a statement that depends on the chain's last one. Where somebody else was first, it is made anew.
 *
 * @throws ChainBroken where the chain, or its last statement, is not as it was written
 */
export async function appendAfterLatest(
  chain: ChainName,
  draftAfter: (latest: Statement | undefined) => Promise<Draft>,
  ledger: EvidenceLedger,
): Promise<AppendedStatement> {
  for (let attempt = 1; attempt <= contract.limits.evidenceAppendAttempts; attempt += 1) {
    const latest = await readLastStatement(chain, ledger);
    const sequence = (latest?.statement.predicate.sequence ?? 0) + 1;
    assertRoom(chain, sequence);
    const statement = composeStatement(await draftAfter(latest?.statement), {
      sequence,
      previous: latest?.sha256 ?? null,
      recordedAt: ledger.now().toISOString(),
    });
    if (latest && isSameOutcome(latest.statement, statement)) {
      return { key: latest.key, sha256: latest.sha256, statement: latest.statement, isNew: false };
    }
    const appended = await write(chain, statement, ledger);
    if (appended) {
      return appended;
    }
  }
  throw new Error(
    `${chainPrefix(chain)}: others took each of ${contract.limits.evidenceAppendAttempts} places first; try again later`,
  );
}

/**
 * Adds a statement as the first of its chain, or answers the one that is the first already.
 *
 * Of several writers at once one is first, and the others learn from it.
 *
 * @throws ChainBroken where the chain, or its first statement, is not as it was written
 */
export async function appendFirst(draft: Draft, ledger: EvidenceLedger): Promise<AppendedStatement> {
  const chain = chainOfStatement(draft);
  const there = await readFirstStatement(chain, ledger);
  if (there) {
    return { key: there.key, sha256: there.sha256, statement: there.statement, isNew: false };
  }
  const position = { sequence: 1, previous: null, recordedAt: ledger.now().toISOString() };
  const appended = await write(chain, composeStatement(draft, position), ledger);
  if (appended) {
    return appended;
  }
  throw new Error(`${chainPrefix(chain)}: another writer was first; try again to read what it wrote`);
}

async function write(
  chain: ChainName,
  statement: Statement,
  ledger: EvidenceLedger,
): Promise<AppendedStatement | undefined> {
  const key = statementKey(chain, statement.predicate.sequence);
  const bytes = await seal(statement, ledger);
  const written = await ledger.writer.writeOnce(key, bytes);
  return written === 'stored' ? { key, sha256: sha256(bytes), statement, isNew: true } : undefined;
}

async function seal(statement: Statement, { signer, trusted }: EvidenceLedger): Promise<Uint8Array> {
  const bytes = await sealEnvelope(Buffer.from(canonicalJson(statement)), signer);
  const { evidenceEnvelopeBytes, evidenceCheckpointBytes } = contract.limits;
  const isCheckpoint = statement.predicateType === PREDICATE_TYPES.checkpoint;
  const limit = isCheckpoint ? evidenceCheckpointBytes : evidenceEnvelopeBytes;
  if (bytes.length > limit) {
    throw new Error(`a statement must have at most ${limit} bytes in its envelope, this one has ${bytes.length}`);
  }
  // what is written cannot be taken back, so nothing is written that our own readers would refuse.
  const check = verifyEnvelope(bytes, trusted);
  if (check.kind === 'refused') {
    throw new Error(
      `the signer ${signer.keyid} made an envelope that does not verify: ${check.problem}, ${check.explanation}`,
    );
  }
  return bytes;
}

function assertRoom(chain: ChainName, sequence: number): void {
  if (sequence >= 10 ** SEQUENCE_DIGITS) {
    throw new Error(`${chainPrefix(chain)} is full: it has ${sequence - 1} statements`);
  }
}
