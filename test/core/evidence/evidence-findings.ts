import type { Derivation } from '../../../core/chain/derivation';
import { claimsOf } from '../../../core/chain/run-claims';
import { trainingDraft } from '../../../core/chain/training-draft';
import { KINDS } from '../../../core/evidence/incarnation';
import type { Draft } from '../../../core/evidence/statement';
import { type EvidenceFindings, verifyEvidence } from '../../../core/evidence/verify-evidence';
import { cited, dvcDataset, firstSeen, job, model, NOW, run } from '../chain/training-findings';
import { ledgerWith } from './ledger';

export const CHAIN = 'demo/training-job/train-1/20260102T030405.000Z/';

/**
 * The draft that the run-tagger makes of a derivation about a job with one run and a model.
 */
export function draftOf(derivation: Derivation): Draft {
  const runs = [run('one', { datasets: [dvcDataset()] })];
  const claims = runs.flatMap((item) => claimsOf(item, derivation, NOW));
  return trainingDraft({
    derivation,
    job,
    runs,
    areMoreRuns: false,
    claims,
    dataset: cited,
    model,
    statedModel: undefined,
    firstSeen,
    at: NOW,
    recordedBy: 'cdk-ml-lineage/1.2.3',
  });
}

/**
 * A store with statements of these drafts and with the public key, as the functions leave one.
 */
export async function storeWith(...drafts: Draft[]) {
  const made = await ledgerWith(...drafts);
  made.store.overwrite(`demo/keys/${made.signer.keyid}.pem`, Buffer.from(made.signer.pem));
  return made;
}

type World = Awaited<ReturnType<typeof storeWith>>;

/**
 * What is found about a name in a store, by whoever trusts its key.
 */
export function findingsIn({ store, signer }: World, name = 'train-1'): Promise<EvidenceFindings> {
  return verifyEvidence(name, KINDS, { platformName: 'demo', reader: store }, [signer.keyid]);
}
