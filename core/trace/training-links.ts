import type { RunTags } from '../chain/run-tags';
import { contract } from '../contract';
import type { Outcome } from '../evidence/outcome';
import { evidenceLink } from './checked-evidence';
import { derivedDataLinks, problemOfReason, statedDataLinks, taggedDataLinks } from './data-links';
import { type ExaminedTraining, statedTraining } from './examine-training';
import type { Link } from './link';
import { failedLink, SourceFailure } from './source-failure';
import { statementDifference } from './statement-difference';

const { runTags } = contract;

/**
 * A training job, its evidence, its data, and how all of it compares.
 *
 * @param tags of the run that led to the job; absent where something else did
 */
export function trainingLinks(training: ExaminedTraining, tags: RunTags | undefined): Link[] {
  return [
    jobLink(training),
    evidenceLink(training.evidence, tags?.[runTags.evidence]),
    ...differenceLinks(training),
    ...dataLinks(training, tags),
    ...derivationLinks(training),
  ];
}

function jobLink({ name, job }: ExaminedTraining): Link {
  if (job instanceof SourceFailure) {
    return failedLink('training job', name, job);
  }
  const common = { kind: 'training job', sources: ['SageMaker'] } as const;
  return job
    ? {
        ...common,
        value: job.identity.arn,
        outcome: 'agrees',
        check: `SageMaker describes it, made ${job.identity.createdAt}, ${job.status}`,
      }
    : {
        ...common,
        value: name,
        outcome: 'missing',
        problem: 'training-job-not-found',
        check: 'SageMaker has no training job of this name any more',
      };
}

function dataLinks(training: ExaminedTraining, tags: RunTags | undefined): Link[] {
  const { derivation, job } = training;
  const stated = statedTraining(training)?.data;
  if (derivation instanceof SourceFailure) {
    const known = stated?.resolution.value.dataCommit ?? tags?.[runTags.dataCommit];
    return [failedLink('data commit', known ?? 'none', derivation)];
  }
  if (derivation) {
    return derivedDataLinks(derivation, tags);
  }
  if (stated) {
    return statedDataLinks(stated);
  }
  const why = job instanceof SourceFailure ? 'the job could not be described' : 'the job is not there any more';
  return tags ? taggedDataLinks(tags, why) : [];
}

function differenceLinks(training: ExaminedTraining): Link[] {
  const stated = statedTraining(training);
  const { derivation, derived, evidence } = training;
  if (!stated || derivation === undefined || derivation instanceof SourceFailure) {
    return [];
  }
  const now = derived instanceof SourceFailure ? undefined : derived?.predicate;
  const difference = statementDifference(stated, derivation, now);
  return difference === undefined
    ? []
    : [
        {
          kind: 'evidence',
          value: evidence.prefix,
          outcome: 'differs',
          problem: 'evidence-differs',
          check: difference,
          sources: ['evidence', 'SageMaker', 'Git', 'S3'],
        },
      ];
}

function derivationLinks({ derivation, derived }: ExaminedTraining): Link[] {
  if (derived === undefined || derivation === undefined) {
    return [];
  }
  if (derived instanceof SourceFailure) {
    return [failedLink('derivation', 'made anew', derived)];
  }
  const { outcome } = derived.predicate;
  const summary = summaryOf(outcome);
  return [...conflictLinks(outcome), ...(summary ? [summary] : [])];
}

function conflictLinks(outcome: Outcome): Link[] {
  return outcome.status === 'conflict'
    ? outcome.reasons.map(({ code, explanation }) => ({
        kind: 'conflict',
        value: code,
        outcome: 'differs',
        problem: code === 'run-of-two-jobs' ? code : problemOfReason(code, 'sources-disagree'),
        check: explanation,
        sources: ['SageMaker', 'Git', 'S3', 'MLflow'],
      }))
    : [];
}

function summaryOf(outcome: Outcome): Link | undefined {
  const common = { kind: 'derivation', value: 'made anew', sources: ['SageMaker', 'Git', 'S3', 'MLflow'] } as const;
  switch (outcome.status) {
    case 'verified':
      return { ...common, outcome: 'agrees', check: 'everything was compared, and agrees' };
    case 'recorded': {
      const check = `nothing differs; not compared: ${outcome.notCompared.join(', ')}`;
      return { ...common, outcome: 'not-compared', problem: 'not-compared', check };
    }
    case 'conflict':
      // each of its reasons is a link of its own.
      return undefined;
    case 'unresolved': {
      const check = outcome.reasons.map(({ code, explanation }) => `${code}: ${explanation}`).join('; ');
      return { ...common, outcome: 'missing', problem: 'data-unresolved', check };
    }
  }
}
