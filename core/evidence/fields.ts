import { z } from 'zod';
import { type ContractPattern, contract, pattern } from '../contract';
import { canonicalJson } from './canonical-json';

const matching = (name: ContractPattern) => z.string().regex(pattern(name));

export const PlatformName = matching('platformName');
export const Sha256 = matching('sha256');
export const GitCommit = matching('gitCommit');
export const DataRevision = matching('dataRevision');
export const DataRepositoryUrl = matching('dataRepositoryUrl');
export const DvcRemoteUrl = matching('dvcRemoteUrl');
export const SagemakerArn = matching('sagemakerArn');
export const RunId = matching('mlflowRunId');
export const ExperimentId = matching('mlflowExperimentId');
export const RoleArn = matching('roleArn');
export const ContainerImage = matching('containerImage');
export const RecordedBy = matching('recordedBy');

/**
 * A moment to the millisecond in UTC, in the one form in which it is written.
 */
export const Instant = z.iso.datetime({ precision: 3 });

/**
 * The place in a chain, counted from 1. Six digits: hourly changes for a hundred years need fewer.
 */
export const SEQUENCE_DIGITS = 6;
export const Sequence = z
  .int()
  .min(1)
  .max(10 ** SEQUENCE_DIGITS - 1);

export const printable = (longest: number) => matching('printableText').min(1).max(longest);

/**
 * Where in S3 bytes are, to the version.
 */
export const S3Object = z.strictObject({
  bucket: matching('s3Bucket'),
  key: printable(1024),
  versionId: matching('s3VersionId'),
});

/**
 * An array without an order of its own: it is always written sorted and without doubles, so that the same set has the
 * same bytes.
 */
export function setOf<T extends z.ZodType>(item: T, largest: number) {
  return z.array(item).max(largest).overwrite(sortedSet);
}

function sortedSet<T>(items: T[]): T[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText.keys()].sort().map((text) => byText.get(text) as T);
}

/**
 * An explanation in our own words. No address is in it: the usual place of a token is an address.
 */
export const Explanation = matching('printableTextWithoutAddress')
  .min(1)
  .max(contract.limits.evidenceExplanationCharacters);
