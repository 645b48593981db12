import { contract } from '../contract';
import { readLastStatement } from '../evidence/chain-ends';
import { chainPrefix } from '../evidence/chain-key';
import type { IncarnationChain } from '../evidence/find-chains';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import { chainPage } from './chain-pages';
import type { Estate } from './estate';
import { type Finding, type Gap, type Message, SOUND } from './gap';
import { jobMessage } from './jobs';
import type { Phase } from './phase';
import { subjectOf } from './runs';
import { differingTags, jobOfStatement } from './tags-of-job';
import { isTooRecent, type Window } from './walk';

/**
 * Evidence whose runs are gone, or do not carry what it says.
 */
export const statedRuns: Phase<IncarnationChain> = {
  list: (walk, estate) => chainPage('training-job', walk, estate, walk.page),
  key: chainPrefix,
  look: lookAtChain,
};

async function lookAtChain(chain: IncarnationChain, window: Window, estate: Estate): Promise<Finding> {
  const last = await readLastStatement(chain, estate);
  if (!last || isTooRecent(last.storedAt, window) || last.statement.predicateType !== PREDICATE_TYPES.training) {
    return SOUND;
  }
  const stored = { key: last.key, sha256: last.sha256, statement: last.statement };
  const gaps: Gap[] = [];
  let mend: Message | undefined;
  for (const { runId } of stored.statement.predicate.runs.value) {
    const run = await estate.runs.getRun(runId);
    const subject = subjectOf({ id: runId });
    if (!run) {
      gaps.push({ kind: 'run-gone', subject, explanation: `${last.key} names it, and MLflow does not have it` });
      continue;
    }
    if (run.deleted) {
      gaps.push({ kind: 'run-deleted', subject, explanation: `${last.key} names it, and somebody deleted it` });
      continue;
    }
    const differing = differingTags(run.tags, stored, runId);
    if (differing.length > 0) {
      const job = await jobOfStatement(stored, estate);
      mend ??=
        job && run.tags[contract.claimTags.trainingJobName] === chain.name ? jobMessage(job.identity) : undefined;
      const explanation = `${differing.join(', ')}: not as ${last.key} says${job ? '' : '; the job is gone'}`;
      gaps.push({ kind: 'tags-differ', subject, explanation, mend });
    }
  }
  return { ours: true, gaps };
}
