import type { DeploymentSources } from '../../core/chain/record-deployment';
import { appendStatement } from '../../core/evidence/append-statement';
import { chainOf, chainPrefix } from '../../core/evidence/chain-key';
import { readLastTrainings } from '../../core/evidence/last-trainings';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import type { UseEvidence } from '../use-evidence';

/**
 * What a recorder of deployments does with the evidence of its platform.
 */
export function deploymentEvidence(
  platform: string,
  useEvidence: UseEvidence,
): Pick<DeploymentSources, 'record' | 'trainings' | 'isKnown'> {
  return {
    record: async (draft) => {
      const { key, sha256, statement } = await useEvidence((ledger) => appendStatement(draft, ledger));
      if (statement.predicateType !== PREDICATE_TYPES.deployment) {
        throw new Error(`${key} is a statement of the kind ${statement.predicateType}, not about a deployment`);
      }
      return { key, sha256, statement };
    },

    trainings: (jobName) => useEvidence((ledger) => readLastTrainings(platform, jobName, ledger)),

    isKnown: (about) =>
      useEvidence(async ({ reader }) => {
        for await (const _version of reader.versions(chainPrefix(chainOf(platform, about)))) {
          return true;
        }
        return false;
      }),
  };
}
