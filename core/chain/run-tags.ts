import type { z } from 'zod';
import { contract } from '../contract';
import type { Outcome } from '../evidence/outcome';
import type { TrainingStatement } from '../evidence/statement';
import { toldConfiguration } from './configuration';
import type { Dataset, Derivation } from './derivation';
import { isTaggedAsOther } from './run-membership';

export type RunTags = Readonly<Record<string, string>>;

/**
 * A statement about a training job, where it is stored.
 */
export interface StoredTraining {
  readonly key: string;
  readonly sha256: string;
  readonly statement: z.infer<typeof TrainingStatement>;
}

const names = contract.runTags;

/**
 * The tags that say what a derivation found: the links of the chain, not what they are worth.
 */
export function linkTags(derivation: Derivation): RunTags {
  const { dataRepository, dataRevision } = toldConfiguration(derivation);
  const resolved = derivation.status === 'unresolved' ? undefined : derivation;
  return present({
    [names.trainingJobArn]: derivation.job.arn,
    [names.platform]: derivation.platform,
    [names.dataRepository]: dataRepository,
    [names.dataRevision]: dataRevision,
    [names.dataCommit]: resolved?.dataCommit,
    [names.dataset]: resolved?.datasets.map(addressOf).join('\n'),
  });
}

/**
 * The tags of each run and model of a job, as the stored statement about the job says. The same statement gives the same tags.
 */
export function statementTags(stored: StoredTraining): RunTags {
  const { about, configuration, data, outcome, platform, recordedBy } = stored.statement.predicate;
  return present({
    [names.status]: outcome.status,
    [names.assurance]: outcome.assurance,
    [names.reason]: reasonText(outcome),
    [names.evidence]: evidenceReference(stored),
    [names.recordedBy]: recordedBy,
    [names.trainingJobArn]: about.arn,
    [names.platform]: platform,
    [names.dataRepository]: configuration.value.dataRepository,
    [names.dataRevision]: configuration.value.dataRevision,
    [names.dataCommit]: data?.resolution.value.dataCommit,
    [names.dataset]: data?.datasets.map(addressOf).join('\n'),
  });
}

/**
 * How a statement is named wherever something was written from it.
 */
export function evidenceReference({ key, sha256 }: Pick<StoredTraining, 'key' | 'sha256'>): string {
  return `${key}@sha256:${sha256}`;
}

/**
 * A dataset as it stands in the tag.
 */
export function addressOf({ path, md5 }: Pick<Dataset, 'path' | 'md5'>): string {
  return `${path}@${md5}`;
}

/**
 * What is to be written where there are tags already: a data commit that is there and differs stays, and so do all
 * links of what was tagged as another job's.
 */
export function reconcileTags(wanted: RunTags, there: RunTags): RunTags {
  if (isTaggedAsOther(there, wanted[names.trainingJobArn] ?? '')) {
    return changed(pick(wanted, VERDICT), there);
  }
  const { [names.dataCommit]: commit, ...rest } = wanted;
  const theirs = there[names.dataCommit];
  return changed(theirs === undefined || theirs === commit ? wanted : rest, there);
}

const VERDICT = [names.status, names.assurance, names.reason, names.evidence, names.recordedBy];

function pick(tags: RunTags, keys: readonly string[]): RunTags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => keys.includes(key)));
}

function changed(wanted: RunTags, there: RunTags): RunTags {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => there[key] !== value));
}

function present(tags: Readonly<Record<string, string | undefined>>): RunTags {
  const entries = Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, bounded(value)]));
}

function reasonText(outcome: Outcome): string {
  if ('reasons' in outcome) {
    return outcome.reasons.map(({ code, explanation }) => `${code}: ${explanation}`).join('; ');
  }
  return outcome.notCompared.length > 0
    ? `not compared: ${outcome.notCompared.join(', ')}`
    : 'everything was compared, and agrees';
}

// MLflow refuses or cuts longer values; cutting here keeps it our decision, and the cut visible.
function bounded(value: string): string {
  const limit = contract.limits.runTagValueBytes;
  if (Buffer.byteLength(value) <= limit) {
    return value;
  }
  const cut = Buffer.from(value).subarray(0, limit - 4);
  return `${cut.toString('utf8').replace(/\uFFFD+$/, '')}…`;
}
