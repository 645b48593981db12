import { findJobModels, type JobModels } from '../chain/job-models';
import { findJobRuns } from '../chain/job-runs';
import type { RunTags } from '../chain/run-tags';
import { contract, pattern } from '../contract';
import type { Estate } from './estate';
import { type Finding, type GapKind, gapOf, OF_OTHERS, SOUND } from './gap';
import { jobMessage } from './jobs';
import { differingTags, isUntagged, jobOfStatement, statementOfRun } from './tags-of-job';
import { isTooRecent, type Window } from './walk';

/**
 * A model or a version of one, and the run that it names.
 */
export interface RunModel {
  readonly subject: string;
  readonly runId: string;
  readonly tags: RunTags;
  /** the gap where it carries no tag of ours. */
  readonly untagged: GapKind;
  /** whether it is among those that are written on. */
  isAmong(models: JobModels): boolean;
}

/**
 * Looks at a model of a run that a statement names. Where no statement names it, the run is what is missing.
 */
export async function lookAtModel(model: RunModel, window: Window, estate: Estate): Promise<Finding> {
  const run = await estate.runs.getRun(model.runId);
  const name = run?.tags[contract.claimTags.trainingJobName];
  if (!run || name === undefined || !pattern('jobName').test(name)) {
    return OF_OTHERS;
  }
  const stored = await statementOfRun(run.id, name, estate);
  if (!stored || isTooRecent(new Date(stored.statement.predicate.recordedAt), window)) {
    return OF_OTHERS;
  }
  const differing = differingTags(model.tags, stored, run.id);
  if (differing.length === 0) {
    return SOUND;
  }
  const kind = isUntagged(model.tags) ? model.untagged : 'tags-differ';
  const explanation = `${differing.join(', ')}: not as ${stored.key} says`;
  const job = await jobOfStatement(stored, estate);
  if (!job) {
    // whether its bytes are from the job cannot be told any more, so that only what was tagged once is missed.
    return kind === 'tags-differ' ? gapOf(kind, model.subject, `${explanation}; the job is gone`) : OF_OTHERS;
  }
  const { runs } = await findJobRuns(job, estate.runs);
  return model.isAmong(await findJobModels(runs, job, estate.models))
    ? gapOf(kind, model.subject, explanation, jobMessage(job.identity))
    : OF_OTHERS;
}
