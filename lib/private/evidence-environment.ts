import type { IEvidenceStore } from '../evidence-store';
import { contract } from './contract';

/**
 * What a function has to know of the store that it adds statements to.
 */
export function evidenceEnvironment(store: IEvidenceStore): Record<string, string> {
  const names = contract.functionEnvironment;
  return {
    [names.evidenceBucket]: store.bucket.bucketName,
    [names.signingKeyArn]: store.signingKey.keyArn,
    [names.previousKeyFingerprints]: JSON.stringify(store.previousKeyFingerprints),
  };
}
