import { contract } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import type { JobSetup } from './attestation';
import type { JobEnvironment } from './configuration';
import type { Derivation, TrainingJobIdentity } from './derivation';
import { derivedInputs, type RunInputs } from './derived-inputs';
import { findTraining, type TrainingSources } from './find-training';
import type { Models } from './job-models';
import { primaryRun } from './primary-run';
import { membershipOf } from './run-membership';
import { reconcileTags, type StoredTraining, statementTags } from './run-tags';
import { assertSameJob } from './same-job';
import { type ModelTagging, tagModels } from './tag-models';
import { type TrainingDraft, trainingDraft } from './training-draft';

export type RunEnd = 'FINISHED' | 'FAILED' | 'KILLED';

/**
 * What MLflow was told of a run's data.
 */
export interface RunDataset {
  readonly sourceType: string;
  readonly source: string;
  /** what the data is for, as whoever logged it says. */
  readonly context?: string | undefined;
}

export interface TaggedRun {
  readonly id: string;
  readonly experimentId: string;
  readonly startedAt: Date;
  readonly deleted: boolean;
  /** whether a model was logged to it. */
  readonly hasModel: boolean;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, string>>;
  /** where the run's own artifacts are. */
  readonly artifactLocation: string;
  readonly datasets: readonly RunDataset[];
}

/**
 * The part of MLflow that tagging needs.
 */
export interface Runs {
  getRun(runId: string): Promise<TaggedRun | undefined>;
  /** The runs with a tag, page by page, as far as they are asked for. */
  findRunsByTag(key: string, value: string): AsyncIterable<TaggedRun>;
  setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  endRun(runId: string, status: RunEnd, endedAt: Date): Promise<void>;
}

/**
 * The job as SageMaker describes it, asked again and apart from the derivation.
 */
export interface DescribedJob extends JobEnvironment {
  readonly identity: TrainingJobIdentity;
  readonly status: 'Completed' | 'Failed' | 'Stopped';
  readonly roleArn: string;
  readonly image: string | undefined;
  readonly setup: JobSetup;
  readonly modelUri: string | undefined;
  readonly endedAt: Date;
  readonly mlflowRunId: string | undefined;
}

export interface Tagging {
  readonly runId: string;
  readonly written: Readonly<Record<string, string>>;
  /** how many datasets the run was told of. */
  readonly inputs: number;
}

export interface Tagged {
  /** what the tags were written from. */
  readonly stored: StoredTraining;
  readonly runs: readonly Tagging[];
  /** whether the job has more runs than are dealt with. */
  readonly areMoreRuns: boolean;
  readonly models: ModelTagging;
}

/**
 * Where the tagger finds what a statement is made of, where it keeps the statement, and where it writes what it says.
 */
export interface Tagger extends TrainingSources {
  readonly runs: Runs & RunInputs;
  readonly models: Models;
  /** Signs a statement and keeps it, unless the last one about the job says the same. */
  record(draft: TrainingDraft): Promise<StoredTraining>;
}

const END: Record<DescribedJob['status'], RunEnd> = { Completed: 'FINISHED', Failed: 'FAILED', Stopped: 'KILLED' };

/**
 * Keeps a signed statement about a job, and then writes what it says on every run and model of the job. Doing it twice
 * changes nothing; what was registered in between is written on then.
 *
 * @throws CannotSucceed where the derivation is not about the job as it is now, or the job has no run to write on
 */
export async function tagRuns(derivation: Derivation, job: DescribedJob, tagger: Tagger): Promise<Tagged> {
  assertSameJob(derivation, job);
  const { runs } = tagger;
  const { findings, models } = await findTraining(derivation, job, tagger);
  const { runs: found, areMoreRuns } = findings;
  const stored = await tagger.record(trainingDraft(findings));
  const primary = primaryRun(found);
  if (!primary) {
    throw new CannotSucceed(
      'run-not-found',
      `no run names the job ${job.identity.name} in its tag ${contract.claimTags.trainingJobName}; has its script logged to MLflow?`,
    );
  }
  const wanted = { ...statementTags(stored), [contract.runTags.primaryRun]: primary.id };
  const taggings: Tagging[] = [];
  for (const run of found) {
    const inputs = derivedInputs(run, stored);
    if (inputs.length > 0) {
      await runs.logInputs(run.id, inputs);
    }
    const written = reconcileTags(wanted, run.tags);
    if (Object.keys(written).length > 0) {
      await runs.setTags(run.id, written);
    }
    if (run.status === 'RUNNING' && membershipOf(run, job) === 'own') {
      // a job that was killed could not end its runs, and nobody else would. A run of two jobs may still go on.
      await runs.endRun(run.id, END[job.status], job.endedAt);
    }
    taggings.push({ runId: run.id, written, inputs: inputs.length });
  }
  return { stored, runs: taggings, areMoreRuns, models: await tagModels(models, wanted, tagger.models) };
}
