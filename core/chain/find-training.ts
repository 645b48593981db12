import { citeDataset, type DatasetStatements } from './dataset-citation';
import type { Derivation, Resolved, TrainingJobIdentity } from './derivation';
import type { FirstSeenRevision } from './disagreements';
import { findJobModels, type JobModels, type Models } from './job-models';
import { findJobRuns } from './job-runs';
import { claimsOf } from './run-claims';
import { modelClaims } from './tag-models';
import type { DescribedJob, Runs } from './tag-runs';
import type { ReadModel, StatedModel, TrainingFindings } from './training-draft';

/**
 * Where all is found that a statement about a training job is made of, beside the derivation. Nothing is written.
 */
export interface TrainingSources {
  readonly runs: Pick<Runs, 'getRun' | 'findRunsByTag'>;
  readonly models: Pick<Models, 'findLoggedModels' | 'findModelVersions'>;
  /** The bytes of the model that was written first since a moment; `undefined` where they cannot be read. */
  readModel(uri: string, since: Date): Promise<ReadModel | undefined>;
  /** What the last statement about the job says of its model. */
  statedModel(about: TrainingJobIdentity): Promise<StatedModel | undefined>;
  /** What the data revision stood for when it was first seen; `undefined` where nobody remembers. */
  firstSeen(derivation: Resolved): Promise<FirstSeenRevision | undefined>;
  /** What was stated about the datasets that jobs are given. */
  readonly datasets: DatasetStatements;
  readonly recordedBy: string;
  now(): Date;
}

export interface FoundTraining {
  readonly findings: TrainingFindings;
  readonly models: JobModels;
}

/**
 * Finds the runs and models of a job, what they claim, and what was stated before.
 */
export async function findTraining(
  derivation: Derivation,
  job: DescribedJob,
  sources: TrainingSources,
): Promise<FoundTraining> {
  const at = sources.now();
  const dataset = await citeDataset(derivation, job, sources.datasets, at);
  const { runs, areMore: areMoreRuns } = await findJobRuns(job, sources.runs);
  const models = await findJobModels(runs, job, sources.models);
  const findings: TrainingFindings = {
    derivation,
    job,
    runs,
    areMoreRuns,
    claims: [...runs.flatMap((run) => claimsOf(run, derivation, at)), ...modelClaims(models, derivation, at)],
    dataset,
    model: await readModelOf(job, sources),
    statedModel: await sources.statedModel(job.identity),
    firstSeen: derivation.status === 'unresolved' ? undefined : await sources.firstSeen(derivation),
    at,
    recordedBy: sources.recordedBy,
  };
  return { findings, models };
}

async function readModelOf(
  { identity, setup, modelUri }: DescribedJob,
  sources: TrainingSources,
): Promise<ReadModel | undefined> {
  return setup.completed && modelUri !== undefined
    ? await sources.readModel(modelUri, new Date(identity.createdAt))
    : undefined;
}
