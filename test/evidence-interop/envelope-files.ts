import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../core/evidence/canonical-json';
import { statementKey } from '../../core/evidence/chain-key';
import { chainOfStatement } from '../../core/evidence/statement';
import { type DigestSigner, digestSigner } from '../core/evidence/digest-signer';
import { outcomeNumber } from '../core/evidence/drafts';
import { ledgerWith } from '../core/evidence/ledger';

/**
 * Two statements of one chain, and the key that the auditor was given.
 */
export interface Evidence {
  readonly first: Buffer;
  readonly second: Buffer;
  readonly key: DigestSigner;
}

export async function twoStatements(): Promise<Evidence> {
  const { store, signer } = await ledgerWith(outcomeNumber(1), outcomeNumber(2));
  const chain = chainOfStatement(outcomeNumber(1));
  const bytes = (sequence: number) => Buffer.from(store.bytes(statementKey(chain, sequence)));
  return { first: bytes(1), second: bytes(2), key: signer };
}

/**
 * What a forger makes of evidence. Every judge has to refuse each.
 */
export const FORGERIES: readonly [string, (evidence: Evidence) => Evidence][] = [
  ['a byte of the payload that was changed', (evidence) => ({ ...evidence, first: changedPayload(evidence.first) })],
  [
    'a byte of the signature that was changed',
    (evidence) => ({ ...evidence, first: changedSignature(evidence.first) }),
  ],
  ['another payload type', (evidence) => ({ ...evidence, first: changedType(evidence.first) })],
  ['a key of somebody else under the trusted name', (evidence) => ({ ...evidence, key: renamed(evidence.key) })],
];

/**
 * Lays evidence on disk as an auditor has it, and takes it away again.
 */
export function onDisk<T>({ first, second, key }: Evidence, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'evidence-'));
  try {
    writeFileSync(join(directory, '000001.json'), first);
    writeFileSync(join(directory, '000002.json'), second);
    writeFileSync(join(directory, 'key.pem'), key.pem);
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface EnvelopeJson {
  payload: string;
  payloadType: string;
  signatures: [{ keyid: string; sig: string }];
}

function changed(bytes: Buffer, change: (envelope: EnvelopeJson) => void): Buffer {
  const envelope = JSON.parse(bytes.toString());
  change(envelope);
  return Buffer.from(canonicalJson(envelope));
}

function changedPayload(bytes: Buffer): Buffer {
  return changed(bytes, (envelope) => {
    const payload = Buffer.from(envelope.payload, 'base64').toString().replace('number 1', 'number 7');
    envelope.payload = Buffer.from(payload).toString('base64');
  });
}

function changedSignature(bytes: Buffer): Buffer {
  return changed(bytes, (envelope) => {
    const signature = Buffer.from(envelope.signatures[0].sig, 'base64');
    // in the middle of the first of its two numbers.
    signature[20] = (signature[20] ?? 0) ^ 1;
    envelope.signatures[0].sig = signature.toString('base64');
  });
}

function changedType(bytes: Buffer): Buffer {
  return changed(bytes, (envelope) => {
    envelope.payloadType = 'application/vnd.in-toto+jsom';
  });
}

function renamed(key: DigestSigner): DigestSigner {
  return { ...digestSigner(), keyid: key.keyid };
}
