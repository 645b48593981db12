import type { TrainingSources } from '../chain/find-training';
import { readFirstStatement, readLastStatement } from '../evidence/chain-ends';
import { chainOf } from '../evidence/chain-key';
import { dataRevisionName } from '../evidence/data-revision-predicate';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import { attributed } from './source-failure';
import type { TraceSources } from './sources';

/**
 * What was stated before, for whoever finds a training anew: nothing, where no key is trusted.
 */
export function statedSources(
  platform: string,
  evidence: TraceSources['evidence'],
  describeMaker: TrainingSources['datasets']['describeMaker'],
): Pick<TrainingSources, 'statedModel' | 'firstSeen' | 'datasets'> {
  const stated = attributed<Pick<TrainingSources, 'statedModel' | 'firstSeen'>>('evidence', {
    async statedModel(about) {
      const last = evidence && (await readLastStatement(chainOf(platform, about), evidence));
      return last?.statement.predicateType === PREDICATE_TYPES.training
        ? (last.statement.predicate.model ?? undefined)
        : undefined;
    },

    async firstSeen({ configured: { dataRepository, dataRevision }, dataCommit }) {
      if (!evidence || dataRepository === undefined || dataRevision === undefined) {
        return undefined;
      }
      const name = dataRevisionName({ dataRepository, dataRevision, dataCommit });
      const first = await readFirstStatement({ platform, kind: 'data-revision', name }, evidence);
      if (first?.statement.predicateType !== PREDICATE_TYPES.dataRevision) {
        return undefined;
      }
      const { value, at } = first.statement.predicate.resolution;
      return { dataCommit: value.dataCommit, at };
    },
  });
  const datasets = attributed<TrainingSources['datasets']>('evidence', {
    describeMaker,
    // a trace does not wait: what is not stated yet is not stated.
    patienceSeconds: 0,
    async lastStatement(about) {
      const last = evidence && (await readLastStatement(chainOf(platform, about), evidence));
      return last?.statement.predicateType === PREDICATE_TYPES.dataset
        ? { key: last.key, sha256: last.sha256, statement: last.statement }
        : undefined;
    },
  });
  return { ...stated, datasets };
}
