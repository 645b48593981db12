import { contract } from '../contract';
import type { EVIDENCE_CONFLICT_REASONS } from '../evidence/outcome';
import type { DatasetComparison } from './dataset-citation';
import type { Derivation } from './derivation';
import { membershipOf } from './run-membership';
import type { DescribedJob, TaggedRun } from './tag-runs';
import type { Check } from './told-derivation';
import type { ReadModel, StatedModel } from './training-draft';

/**
 * Two sources that disagree, which the run-tagger found beside what the derivation says.
 */
export interface Disagreement {
  readonly code: (typeof EVIDENCE_CONFLICT_REASONS)[number];
  readonly explanation: string;
}

/**
 * What a data revision stood for when a job of the platform was first derived with it.
 */
export interface FirstSeenRevision {
  readonly dataCommit: string;
  readonly at: string;
}

interface Found {
  readonly derivation: Derivation;
  readonly job: DescribedJob;
  readonly runs: readonly TaggedRun[];
  readonly dataset: DatasetComparison;
  readonly model: ReadModel | undefined;
  readonly statedModel: StatedModel | undefined;
  readonly firstSeen: FirstSeenRevision | undefined;
}

export function disagreementsOf(found: Found): Disagreement[] {
  const { derivation, job, runs, dataset, model, statedModel, firstSeen } = found;
  return [
    ...movedRevision(derivation, firstSeen),
    ...(dataset.difference ? [dataset.difference] : []),
    ...runs
      .filter((run) => membershipOf(run, job) === 'disputed')
      .map(({ id }): Disagreement => ({ code: 'run-of-two-jobs', explanation: `the run ${id} names another job too` })),
    ...runs
      .filter(({ tags }) => contract.claimTags.datasetChanged in tags)
      .map(
        ({ id }): Disagreement => ({
          code: 'dataset-changed',
          explanation: `the job of the run ${id} found other files after its script than it had handed to it`,
        }),
      ),
    ...replacedModel(model),
    ...otherModelThanStated(model, statedModel),
  ];
}

export function movedRevision(derivation: Derivation, firstSeen: FirstSeenRevision | undefined): Disagreement[] {
  if (derivation.status === 'unresolved' || !firstSeen || firstSeen.dataCommit === derivation.dataCommit) {
    return [];
  }
  const explanation = `${JSON.stringify(derivation.configured.dataRevision)} led to ${firstSeen.dataCommit} when it was first seen, at ${firstSeen.at}, and now leads to ${derivation.dataCommit}`;
  return [{ code: 'revision-moved', explanation }];
}

/**
 * The comparison with the first time, for the list of those that were made.
 */
export function firstSeenCheck(derivation: Derivation, firstSeen: FirstSeenRevision | undefined, at: string): Check[] {
  const agrees = movedRevision(derivation, firstSeen).length === 0;
  return firstSeen ? [{ check: 'revision-first-seen', agrees, source: { api: 'lineage:evidence' }, at }] : [];
}

function replacedModel(model: ReadModel | undefined): Disagreement[] {
  if (!model || model.writtenSince === 0) {
    return [];
  }
  const explanation = `the model was written over or deleted ${model.writtenSince} times since the job wrote it`;
  return [{ code: 'model-bytes-differ', explanation }];
}

// whoever may delete versions for good leaves no trace of them in S3; what was stated before is the memory.
function otherModelThanStated(model: ReadModel | undefined, stated: StatedModel | undefined): Disagreement[] {
  if (!model || !stated) {
    return [];
  }
  const { object, sha256 } = stated.value;
  if (sha256 === model.sha256 && object.versionId === model.object.versionId) {
    return [];
  }
  const explanation = `the version ${object.versionId} with the SHA-256 ${sha256} was stated, and the first one that is there now is ${model.object.versionId} with ${model.sha256}`;
  return [{ code: 'model-bytes-differ', explanation }];
}
