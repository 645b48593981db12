import { CannotSucceed } from '../core/delivery/failures';
import type { EvidenceLedger } from '../core/evidence/append-statement';
import { ChainBroken } from '../core/evidence/chain-ends';
import { type EvidenceAccess, evidenceLedger } from './evidence-ledger';

/**
 * Does something with the evidence of a platform.
 *
 * @throws CannotSucceed where the evidence is broken
 */
export type UseEvidence = <T>(action: (ledger: EvidenceLedger) => Promise<T>) => Promise<T>;

/**
 * The evidence of a platform, for functions that park what meets broken evidence.
 */
export function evidenceOf(platform: string, access: EvidenceAccess): UseEvidence {
  const open = evidenceLedger(platform, access);
  return async (action) => {
    const ledger = await open();
    try {
      return await action(ledger);
    } catch (error) {
      if (error instanceof ChainBroken) {
        throw new CannotSucceed('evidence-broken', error.message, { cause: error });
      }
      throw error;
    }
  };
}
