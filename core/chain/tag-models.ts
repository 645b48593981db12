import { contract } from '../contract';
import { type Claim, compareClaim } from '../evidence/told';
import type { Derivation } from './derivation';
import type { JobModels, Models } from './job-models';
import { isTaggedAsOther } from './run-membership';
import { type RunTags, reconcileTags } from './run-tags';

/**
 * How many models carry the tags of their job, and how many of them were written on now.
 */
export interface ModelTagging extends Pick<JobModels, 'foreign' | 'areMore'> {
  readonly loggedModels: number;
  readonly versions: number;
  readonly written: number;
  /** runs of which there is a version. */
  readonly registeredRunIds: readonly string[];
  /** runs of which a version became a model package of SageMaker. */
  readonly mirroredRunIds: readonly string[];
}

/**
 * The data commits and jobs that are on a job's models and are not those of the derivation. What agrees is no claim: it
 * is what this library writes.
 */
export function modelClaims({ loggedModels, versions }: JobModels, derivation: Derivation, at: Date): Claim[] {
  const dataCommit = derivation.status === 'unresolved' ? undefined : derivation.dataCommit;
  const tagged = [
    ...loggedModels.map((model) => ({ ...model, source: { claimedBy: 'logged-model' } as const })),
    ...versions.map((version) => ({ ...version, source: { claimedBy: 'model-version' } as const })),
  ];
  return tagged.flatMap(({ runId, tags, source }) => {
    const from = { runId, source, at: at.toISOString() };
    const said = tags[contract.runTags.dataCommit];
    return [
      ...(said && said !== dataCommit ? [compareClaim('data-commit', said, dataCommit, from)] : []),
      ...(isTaggedAsOther(tags, derivation.job.arn)
        ? [compareClaim('training-job', tags[contract.runTags.trainingJobArn] ?? '', derivation.job.arn, from)]
        : []),
    ];
  });
}

/**
 * Writes the tags of a job on its models. What is there already is not written again.
 */
export async function tagModels(
  { loggedModels, versions, foreign, areMore }: JobModels,
  wanted: RunTags,
  models: Models,
): Promise<ModelTagging> {
  let written = 0;
  for (const model of loggedModels) {
    const missing = reconcileTags(wanted, model.tags);
    if (Object.keys(missing).length > 0) {
      await models.setLoggedModelTags(model.id, missing);
      written += 1;
    }
  }
  for (const version of versions) {
    const missing = reconcileTags(wanted, version.tags);
    if (Object.keys(missing).length > 0) {
      await models.setModelVersionTags(version, missing);
      written += 1;
    }
  }
  const mirrored = versions.filter(({ tags }) => contract.claimTags.modelPackageArn in tags);
  return {
    loggedModels: loggedModels.length,
    versions: versions.length,
    written,
    registeredRunIds: versions.map(({ runId }) => runId),
    mirroredRunIds: mirrored.map(({ runId }) => runId),
    foreign,
    areMore,
  };
}
