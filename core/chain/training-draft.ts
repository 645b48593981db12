import { pattern } from '../contract';
import type { Origin } from '../evidence/fact';
import type { Outcome } from '../evidence/outcome';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import type { Draft } from '../evidence/statement';
import { type Claim, tellValues } from '../evidence/told';
import { toldConfiguration } from './configuration';
import type { Dataset, Derivation } from './derivation';
import { disagreementsOf, type FirstSeenRevision, movedRevision } from './disagreements';
import type { DescribedJob, TaggedRun } from './tag-runs';
import { outcomeOf } from './training-outcome';

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
  readonly claims: readonly Claim[];
  readonly model: ReadModel | undefined;
  /** absent where the derivation leads to no commit. */
  readonly firstSeen: FirstSeenRevision | undefined;
  /** when job, runs and model were asked for. */
  readonly at: Date;
  readonly recordedBy: string;
}

export type TrainingDraft = Extract<Draft, { predicateType: typeof PREDICATE_TYPES.training }>;
export type Resolved = Exclude<Derivation, { status: 'unresolved' }>;
type Check = TrainingDraft['predicate']['checks'][number];

/**
 * Writes down what was found about a training job, each fact with where it is from.
 */
export function trainingDraft(findings: TrainingFindings): TrainingDraft {
  const { derivation, job, runs, claims, model, firstSeen, recordedBy } = findings;
  const at = findings.at.toISOString();
  const described: Origin = { source: { api: 'sagemaker:DescribeTrainingJob' }, at };
  // a model is there to be read only where the job came to its end.
  const modelWasRead = model !== undefined || !job.setup.completed;
  const disagreements = disagreementsOf(findings);
  const outcome = outcomeOf({ derivation, runs, claims, disagreements, modelWasRead });
  return {
    predicateType: PREDICATE_TYPES.training,
    predicate: {
      platform: derivation.platform,
      recordedBy,
      about: { kind: 'training-job', ...job.identity },
      outcome,
      checks: [...firstSeenCheck(derivation, firstSeen, at), ...checksOf(derivation, outcome, claims, described)],
      configuration: {
        value: {
          ...toldConfiguration(derivation),
          roleArn: job.roleArn,
          ...(job.image !== undefined && pattern('containerImage').test(job.image) ? { image: job.image } : {}),
          jobStatus: job.status,
          endedAt: job.endedAt.toISOString(),
        },
        ...described,
      },
      ...(derivation.status === 'unresolved' ? {} : { data: dataOf(derivation) }),
      datasetStatement: null,
      claims: [...claims],
      runs: {
        value: runs.map((run) => ({
          runId: run.id,
          parameters: tellValues(run.parameters, new Set()),
          metrics: tellValues(run.metrics, new Set()),
        })),
        source: { api: 'mlflow:search-runs' },
        at,
      },
      model: model ? { value: toldModel(model), source: { api: 's3:GetObject' }, at } : null,
    },
  };
}

function dataOf(derivation: Resolved): NonNullable<TrainingDraft['predicate']['data']> {
  return {
    resolution: resolutionOf(derivation),
    datasets: derivation.datasets.map((dataset) => toldDataset(dataset, derivation.derivedAt)),
  };
}

/**
 * Which commit the data revision stands for, as a fact.
 */
export function resolutionOf(derivation: Resolved): NonNullable<TrainingDraft['predicate']['data']>['resolution'] {
  const { dataRepository, dataRevision } = derivation.configured;
  if (dataRepository === undefined || dataRevision === undefined) {
    throw new Error(`${derivation.job.arn} was resolved without a data repository or revision in its configuration`);
  }
  return {
    value: { dataRepository, dataRevision, dataCommit: derivation.dataCommit },
    source: { api: 'git:ls-refs' },
    at: derivation.derivedAt,
  };
}

function toldModel({ object, sha256, sizeBytes }: ReadModel) {
  return { object, sha256, sizeBytes };
}

function firstSeenCheck(derivation: Derivation, firstSeen: FirstSeenRevision | undefined, at: string): Check[] {
  const agrees = movedRevision(derivation, firstSeen).length === 0;
  return firstSeen ? [{ check: 'revision-first-seen', agrees, source: { api: 'lineage:evidence' }, at }] : [];
}

function toldDataset({ treeSha256, importedFrom, ...dataset }: Dataset, at: string) {
  return {
    ...dataset,
    source: { claimedBy: 'data-repository' } as const,
    at,
    ...(importedFrom ? { importedFrom } : {}),
    ...(treeSha256 === undefined
      ? {}
      : { tree: { value: { sha256: treeSha256 }, source: { claimedBy: 'job' } as const, at } }),
  };
}

// only what was compared: a conflict ended the derivation before it had looked at everything.
function checksOf(derivation: Derivation, outcome: Outcome, claims: readonly Claim[], described: Origin): Check[] {
  const checks: Check[] = claims.length > 0 ? [claimCheck(claims)] : [];
  if (derivation.status === 'unresolved' || derivation.status === 'conflict') {
    return checks;
  }
  const at = derivation.derivedAt;
  const inRemote: Origin = { source: { api: 's3:ListObjectVersions' }, at };
  checks.push(
    { check: 'revision-target', agrees: true, source: { api: 'git:ls-refs' }, at },
    { check: 'listing-digest', agrees: true, source: { api: 's3:GetObject' }, at },
    { check: 'object-size', agrees: true, ...inRemote },
  );
  if (outcome.assurance === 'attested') {
    checks.push({ check: 'script-input', agrees: true, ...described });
  }
  if (outcome.status !== 'unresolved' && derivation.datasets.some(({ treeSha256 }) => treeSha256 !== undefined)) {
    checks.push({ check: 'tree-digest', agrees: true, source: { claimedBy: 'job' }, at });
  }
  return checks;
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
