import { contract } from '../contract';
import type { Dataset, Derivation } from './derivation';

export type RunTags = Readonly<Record<string, string>>;

/**
 * The tags that a derivation puts on each run of its job. The same derivation always gives the same tags.
 */
export function runTags(derivation: Derivation, recordedBy: string): RunTags {
  const names = contract.runTags;
  const tags: Record<string, string> = {
    [names.status]: derivation.status,
    [names.assurance]: derivation.assurance,
    [names.reason]: reasonText(derivation),
    [names.trainingJobArn]: derivation.job.arn,
    [names.platform]: derivation.platform,
    [names.recordedBy]: recordedBy,
  };
  const { dataRepository, dataRevision } = derivation.configured;
  if (dataRepository) {
    tags[names.dataRepository] = dataRepository;
  }
  if (dataRevision) {
    tags[names.dataRevision] = dataRevision;
  }
  if (derivation.status !== 'unresolved') {
    tags[names.dataCommit] = derivation.dataCommit;
    tags[names.dataset] = derivation.datasets.map(addressOf).join('\n');
  }
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, bounded(value)]));
}

/**
 * A dataset as it stands in the tag.
 */
export function addressOf({ path, md5 }: Dataset): string {
  return `${path}@${md5}`;
}

/**
 * What is to be written on a run that carries tags already.
 *
 * A data commit that is there and differs stays: the run is in conflict, and both values are told.
 */
export function reconcileTags(wanted: RunTags, present: RunTags): RunTags {
  const { dataCommit, status, reason } = contract.runTags;
  const [ours, theirs] = [wanted[dataCommit], present[dataCommit]];
  if (theirs === undefined || theirs === ours) {
    return changed(wanted, present);
  }
  const { [dataCommit]: _kept, ...rest } = wanted;
  return changed(
    {
      ...rest,
      [status]: 'conflict',
      [reason]: bounded(
        `tag-differs: the run says ${quoted(theirs)}, the derivation ${ours ? quoted(ours) : 'found no data commit'}`,
      ),
    },
    present,
  );
}

function changed(wanted: RunTags, present: RunTags): RunTags {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => present[key] !== value));
}

function reasonText(derivation: Derivation): string {
  return derivation.status === 'unresolved' || derivation.status === 'conflict'
    ? `${derivation.reason}: ${derivation.explanation}`
    : derivation.notCompared.length > 0
      ? `not compared: ${derivation.notCompared.join(', ')}`
      : 'everything was compared';
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
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
