import { appendStatement, type EvidenceLedger } from '../../../core/evidence/append-statement';
import type { Draft } from '../../../core/evidence/statement';
import { digestSigner } from './digest-signer';
import { MemoryStore } from './memory-store';

/**
 * A store, a key and what writes with them.
 */
export function newLedger() {
  const store = new MemoryStore();
  const signer = digestSigner();
  const ledger: EvidenceLedger = { reader: store, writer: store, signer, trusted: signer.trusted, now: store.now };
  return { store, signer, ledger, trusted: signer.trusted };
}

/**
 * A ledger with statements of these drafts, an hour apart.
 */
export async function ledgerWith(...drafts: Draft[]) {
  const made = newLedger();
  for (const draft of drafts) {
    await appendStatement(draft, made.ledger);
    made.store.advance(3600);
  }
  return made;
}
