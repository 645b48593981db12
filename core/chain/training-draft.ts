import { contract } from '../contract';
import type { Origin } from '../evidence/fact';
import type { Outcome } from '../evidence/outcome';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import type { Draft } from '../evidence/statement';
import { type Claim, tellValues } from '../evidence/told';
import type { DatasetComparison } from './dataset-citation';
import type { Derivation } from './derivation';
import { disagreementsOf, type FirstSeenRevision, firstSeenCheck } from './disagreements';
import type { DescribedJob, TaggedRun } from './tag-runs';
import { type Check, tellChecks, tellConfiguration, tellData } from './told-derivation';
import { outcomeOf } from './training-outcome';

export type TrainingDraft = Extract<Draft, { predicateType: typeof PREDICATE_TYPES.training }>;

/**
 * The bytes of a model, as a statement tells them.
 */
export type StatedModel = NonNullable<TrainingDraft['predicate']['model']>;

/**
 * The bytes of a model, as they were read.
 */
export interface ReadModel {
  readonly object: { readonly bucket: string; readonly key: string; readonly versionId: string };
  readonly sha256: string;
  readonly sizeBytes: number;
  /** how many versions and delete markers there are that are newer. */
  readonly writtenSince: number;
}

/**
 * All that a statement about a training job is made of.
 */
export interface TrainingFindings {
  readonly derivation: Derivation;
  readonly job: DescribedJob;
  readonly runs: readonly TaggedRun[];
  /** whether the job has more runs than these. */
  readonly areMoreRuns: boolean;
  readonly claims: readonly Claim[];
  readonly dataset: DatasetComparison;
  readonly model: ReadModel | undefined;
  /** what the last statement about the job says of its model; absent where there is none, or it knew no model. */
  readonly statedModel: StatedModel | undefined;
  /** absent where the derivation leads to no commit. */
  readonly firstSeen: FirstSeenRevision | undefined;
  /** when job, runs and model were asked for. */
  readonly at: Date;
  readonly recordedBy: string;
}

/**
 * Writes down what was found about a training job, each fact with where it is from.
 */
export function trainingDraft(findings: TrainingFindings): TrainingDraft {
  const { derivation, job, runs, areMoreRuns, claims, dataset, model, statedModel, firstSeen, recordedBy } = findings;
  const at = findings.at.toISOString();
  const described: Origin = { source: { api: 'sagemaker:DescribeTrainingJob' }, at };
  // a model is there to be read only where the job came to its end.
  const modelWasRead = model !== undefined || !job.setup.completed;
  const disagreements = disagreementsOf(findings);
  const outcome = outcomeOf({ derivation, runs, areMoreRuns, claims, dataset, disagreements, modelWasRead });
  return {
    predicateType: PREDICATE_TYPES.training,
    predicate: {
      platform: derivation.platform,
      recordedBy,
      about: job.identity,
      outcome,
      checks: [
        ...firstSeenCheck(derivation, firstSeen, at),
        ...datasetCheck(dataset),
        ...checksOf(derivation, outcome, claims, described),
      ],
      configuration: {
        value: tellConfiguration(derivation, job),
        ...described,
      },
      ...tellData(derivation),
      datasetStatement: dataset.citation,
      claims: boundedClaims(claims),
      runs: {
        value: runs.map((run) => ({
          runId: run.id,
          parameters: tellValues(run.parameters, new Set()),
          metrics: tellValues(run.metrics, new Set()),
        })),
        source: { api: 'mlflow:search-runs' },
        at,
      },
      // what was stated first stays stated: a job writes its model once, and what replaces it is compared with that.
      model: statedModel ?? (model ? { value: toldModel(model), source: { api: 's3:GetObject' }, at } : null),
    },
  };
}

function toldModel({ object, sha256, sizeBytes }: ReadModel) {
  return { object, sha256, sizeBytes };
}

// only what was compared: a conflict ended the derivation before it had looked at everything.
function checksOf(derivation: Derivation, outcome: Outcome, claims: readonly Claim[], described: Origin): Check[] {
  const checks: Check[] = claims.length > 0 ? [claimCheck(claims)] : [];
  if (derivation.status === 'unresolved' || derivation.status === 'conflict') {
    return checks;
  }
  const at = derivation.derivedAt;
  checks.push(...tellChecks(derivation));
  if (outcome.assurance === 'attested') {
    checks.push({ check: 'script-input', agrees: true, ...described });
  }
  if (outcome.status !== 'unresolved' && derivation.datasets.some(({ treeSha256 }) => treeSha256 !== undefined)) {
    checks.push({ check: 'tree-digest', agrees: true, source: { claimedBy: 'job' }, at });
  }
  return checks;
}

function datasetCheck({ citation, difference }: DatasetComparison): Check[] {
  if (!citation) {
    return [];
  }
  const { source, at } = citation;
  return [{ check: 'dataset-statement', agrees: difference === undefined, source, at }];
}

// nothing that differs is left out for something that agrees.
function boundedClaims(claims: readonly Claim[]): Claim[] {
  return [...claims].sort((a, b) => Number(a.agrees) - Number(b.agrees)).slice(0, contract.limits.evidenceClaims);
}

function claimCheck(claims: readonly Claim[]): Check {
  const [first] = claims;
  return {
    check: 'run-claims',
    agrees: claims.every(({ agrees }) => agrees),
    source: { api: 'mlflow:search-runs' },
    at: first?.at ?? '',
  };
}
