import { z } from 'zod';
import type { CheckpointPredicate } from './checkpoint-predicate';
import type { DataRevisionPredicate } from './data-revision-predicate';
import type { DatasetPredicate } from './dataset-predicate';
import type { DeploymentPredicate } from './deployment-predicate';
import { GitCommit, Sha256 } from './fields';
import { type Incarnation, incarnationDigest } from './incarnation';
import { PREDICATE_TYPES } from './predicate-types';
import type { ResolvedData } from './resolved-data';
import type { TrainingPredicate } from './training-predicate';

/**
 * What a statement is about, by digest. MD5 is DVC's address and no digest to trust, so it is none here.
 */
export const Subject = z.strictObject({
  name: z.string().min(1).max(4096),
  digest: z.union([z.strictObject({ sha256: Sha256 }), z.strictObject({ gitCommit: GitCommit })]),
});
export type Subject = z.infer<typeof Subject>;

export type TypedPredicate =
  | { predicateType: typeof PREDICATE_TYPES.dataset; predicate: z.infer<typeof DatasetPredicate> }
  | { predicateType: typeof PREDICATE_TYPES.training; predicate: z.infer<typeof TrainingPredicate> }
  | { predicateType: typeof PREDICATE_TYPES.deployment; predicate: z.infer<typeof DeploymentPredicate> }
  | { predicateType: typeof PREDICATE_TYPES.dataRevision; predicate: z.infer<typeof DataRevisionPredicate> }
  | { predicateType: typeof PREDICATE_TYPES.checkpoint; predicate: z.infer<typeof CheckpointPredicate> };

/**
 * The subjects of a statement follow from its predicate, so that the two cannot disagree.
 */
export function subjectsOf({ predicateType, predicate }: TypedPredicate): Subject[] {
  switch (predicateType) {
    case PREDICATE_TYPES.dataset:
      return [incarnationSubject(predicate.about), ...dataSubjects(predicate.data)];
    case PREDICATE_TYPES.training:
      return [
        incarnationSubject(predicate.about),
        ...dataSubjects(predicate.data),
        ...(predicate.model ? [objectSubject(predicate.model.value)] : []),
      ];
    case PREDICATE_TYPES.deployment:
      return [
        incarnationSubject(predicate.about),
        ...predicate.models.flatMap(({ value: { artifact } }) => (artifact ? [objectSubject(artifact)] : [])),
      ];
    case PREDICATE_TYPES.dataRevision:
      return [commitSubject(predicate.resolution.value)];
    case PREDICATE_TYPES.checkpoint:
      return [{ name: predicate.platform, digest: { sha256: predicate.merkleRoot } }];
  }
}

function incarnationSubject(about: Incarnation): Subject {
  return { name: `${about.arn} ${about.createdAt}`, digest: { sha256: incarnationDigest(about) } };
}

function dataSubjects(data: ResolvedData | undefined): Subject[] {
  if (!data) {
    return [];
  }
  const datasets = data.datasets.flatMap(({ path, md5, listing, tree }) => [
    ...(listing ? [{ name: `${path}@${md5} listing`, digest: { sha256: listing.value.sha256 } }] : []),
    ...(tree ? [{ name: `${path}@${md5} tree`, digest: { sha256: tree.value.sha256 } }] : []),
  ]);
  return [commitSubject(data.resolution.value), ...datasets];
}

function commitSubject({ dataRepository, dataCommit }: { dataRepository: string; dataCommit: string }): Subject {
  return { name: dataRepository, digest: { gitCommit: dataCommit } };
}

function objectSubject({
  object,
  sha256,
}: {
  object: { bucket: string; key: string; versionId: string };
  sha256: string;
}) {
  return { name: `s3://${object.bucket}/${object.key} ${object.versionId}`, digest: { sha256 } };
}
