import type { z } from 'zod';
import { contract, pattern } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import type { DeploymentStatement } from '../evidence/statement';

/**
 * A statement about a deployment, where it is stored.
 */
export interface StoredDeployment {
  readonly key: string;
  readonly sha256: string;
  readonly statement: z.infer<typeof DeploymentStatement>;
}

type Properties = Readonly<Record<string, string>>;

const names = contract.runTags;

/**
 * The CustomerMetadataProperties of a model package, as the stored statement about it says. The reason is told by its
 * codes: SageMaker allows few characters.
 */
export function packageProperties({ key, sha256, statement }: StoredDeployment): Properties {
  const { outcome, platform, recordedBy, data } = statement.predicate;
  const commits = new Set(data.map(({ value }) => value.dataCommit));
  const [commit] = commits;
  return {
    [names.status]: outcome.status,
    [names.assurance]: outcome.assurance,
    [names.reason]: reasonOf(outcome),
    [names.evidence]: `${key}@sha256:${sha256}`,
    [names.platform]: platform,
    [names.recordedBy]: recordedBy,
    ...(commits.size === 1 && commit !== undefined ? { [names.dataCommit]: commit } : {}),
  };
}

/**
 * What is to be written on a package that has properties already: a data commit that is there and differs stays.
 *
 * @throws CannotSucceed where the package has no room for it
 */
export function reconcileProperties(wanted: Properties, there: Properties, arn: string): Properties {
  const theirs = there[names.dataCommit];
  const written = Object.entries(wanted).filter(
    ([name, value]) => there[name] !== value && !(name === names.dataCommit && theirs !== undefined),
  );
  const added = written.filter(([name]) => !(name in there)).length;
  const most = contract.limits.packageProperties;
  if (Object.keys(there).length + added > most) {
    throw new CannotSucceed(
      'package-full',
      `${arn} has ${Object.keys(there).length} of ${most} CustomerMetadataProperties, and lineage needs ${added} more; remove some`,
    );
  }
  return Object.fromEntries(written);
}

/**
 * How the data commit that a package carries differs from those that its statements name; `undefined` where it does not.
 */
export function differingCommit(there: Properties, commits: readonly string[]): string | undefined {
  const theirs = there[names.dataCommit];
  const stated = commits.find((commit) => commit !== theirs);
  if (theirs === undefined || stated === undefined) {
    return undefined;
  }
  const told = pattern('gitCommit').test(theirs) ? theirs : 'no commit';
  return `its ${names.dataCommit} is ${told}, and its training statement names ${stated}`;
}

function reasonOf(outcome: StoredDeployment['statement']['predicate']['outcome']): string {
  const codes = 'reasons' in outcome ? outcome.reasons.map(({ code }) => code) : outcome.notCompared;
  const text = codes.length > 0 ? [...new Set(codes)].join(' ') : 'everything was compared';
  return text.slice(0, contract.limits.packagePropertyCharacters).trimEnd();
}
