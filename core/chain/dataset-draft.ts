import type { Outcome } from '../evidence/outcome';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import type { Draft } from '../evidence/statement';
import { tellExplanation } from '../evidence/told';
import type { Derivation, ProcessingJobIdentity } from './derivation';
import { type Disagreement, type FirstSeenRevision, firstSeenCheck, movedRevision } from './disagreements';
import { type Check, inRemote, type ToldJob, tellChecks, tellConfiguration, tellData } from './told-derivation';

/**
 * All that a statement about a processing job is made of.
 */
export interface DatasetFindings {
  readonly derivation: Derivation;
  readonly job: ToldJob & { readonly identity: ProcessingJobIdentity };
  /** absent where the derivation leads to no commit. */
  readonly firstSeen: FirstSeenRevision | undefined;
  /** the address of the platform's DVC remote. */
  readonly remoteUrl: string;
  /** when the job was described. */
  readonly at: Date;
  readonly recordedBy: string;
}

export type DatasetDraft = Extract<Draft, { predicateType: typeof PREDICATE_TYPES.dataset }>;

/**
 * Writes down what was found about the data that a processing job published.
 */
export function datasetDraft(findings: DatasetFindings): DatasetDraft {
  const { derivation, job, firstSeen, remoteUrl, recordedBy } = findings;
  const at = findings.at.toISOString();
  const wereFound = derivation.status === 'recorded' || derivation.status === 'verified';
  return {
    predicateType: PREDICATE_TYPES.dataset,
    predicate: {
      platform: derivation.platform,
      recordedBy,
      about: job.identity,
      outcome: outcomeOf(derivation, movedRevision(derivation, firstSeen)),
      checks: [
        ...firstSeenCheck(derivation, firstSeen, at),
        ...tellChecks(derivation),
        ...(wereFound ? handoverCheck(derivation) : []),
      ],
      configuration: {
        value: tellConfiguration(derivation, job),
        source: { api: 'sagemaker:DescribeProcessingJob' },
        at,
      },
      ...(wereFound ? { remote: { value: { url: remoteUrl }, ...inRemote(derivation) } } : {}),
      ...tellData(derivation),
    },
  };
}

function handoverCheck({ assurance, derivedAt: at }: Derivation): Check[] {
  return assurance === 'attested' ? [{ check: 'handover', agrees: true, source: { claimedBy: 'job' }, at }] : [];
}

function outcomeOf(derivation: Derivation, moved: readonly Disagreement[]): Outcome {
  const { assurance } = derivation;
  if (derivation.status === 'unresolved') {
    const { reason, explanation } = derivation;
    return {
      status: 'unresolved',
      assurance,
      reasons: [{ code: reason, explanation: tellExplanation(explanation) }],
      notCompared: [],
    };
  }
  const { notCompared } = derivation;
  const differing: Disagreement[] = [
    ...(derivation.status === 'conflict' ? [{ code: derivation.reason, explanation: derivation.explanation }] : []),
    ...moved,
  ];
  if (differing.length > 0) {
    const reasons = differing.map(({ code, explanation }) => ({ code, explanation: tellExplanation(explanation) }));
    return { status: 'conflict', assurance, reasons, notCompared };
  }
  return notCompared.length > 0
    ? { status: 'recorded', assurance, notCompared }
    : { status: 'verified', assurance, notCompared: [] };
}
