import type { Derivation } from '../chain/derivation';
import { findTraining } from '../chain/find-training';
import type { JobModels } from '../chain/job-models';
import type { DescribedJob, TaggedRun } from '../chain/tag-runs';
import { type TrainingDraft, trainingDraft } from '../chain/training-draft';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import { type CheckedEvidence, checkEvidence, lastOf } from './checked-evidence';
import { answerOf, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * What a statement about a training job would say now, and what it would be made of.
 */
export interface DerivedTraining {
  readonly predicate: TrainingDraft['predicate'];
  readonly runs: readonly TaggedRun[];
  readonly models: JobModels;
}

/**
 * All that is known of a training job: what SageMaker describes, what the evidence says, and what is derived of it anew.
 */
export interface ExaminedTraining {
  readonly name: string;
  /** absent where SageMaker has no such job. */
  readonly job: DescribedJob | SourceFailure | undefined;
  readonly evidence: CheckedEvidence;
  /** absent where there is no job to derive it of. */
  readonly derivation: Derivation | SourceFailure | undefined;
  /** absent where there is no derivation to compare the rest with. */
  readonly derived: DerivedTraining | SourceFailure | undefined;
}

/**
 * Examines a training job. A source that does not answer leaves out what it alone could have said.
 */
export async function examineTraining(name: string, sources: TraceSources): Promise<ExaminedTraining> {
  const job = await answerOf(sources.sagemaker.trainingJob(name));
  if (job === undefined || job instanceof SourceFailure) {
    const evidence = await checkEvidence(sources, 'training-job', name, undefined);
    return { name, job, evidence, derivation: undefined, derived: undefined };
  }
  const evidence = await checkEvidence(sources, 'training-job', name, job.identity.createdAt);
  const derivation = await answerOf(sources.data.derive(job));
  const derived =
    derivation instanceof SourceFailure ? undefined : await answerOf(deriveTraining(derivation, job, sources));
  return { name, job, evidence, derivation, derived };
}

/**
 * What the last verified statement says of the job.
 */
export function statedTraining({ evidence }: ExaminedTraining): TrainingDraft['predicate'] | undefined {
  const statement = lastOf(evidence)?.statement;
  return statement?.predicateType === PREDICATE_TYPES.training ? statement.predicate : undefined;
}

async function deriveTraining(
  derivation: Derivation,
  job: DescribedJob,
  { training }: TraceSources,
): Promise<DerivedTraining> {
  const { findings, models } = await findTraining(derivation, job, training);
  return { predicate: trainingDraft(findings).predicate, runs: findings.runs, models };
}
