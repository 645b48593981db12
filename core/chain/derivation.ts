import { z } from 'zod';
import { contract, pattern } from '../contract';
import { boundedList } from './bounded-list';

/**
 * What a derivation is worth; DESIGN and docs/architecture.md say what each word promises.
 */
export const STATUSES = ['verified', 'recorded', 'conflict', 'unresolved'] as const;
export type Status = (typeof STATUSES)[number];

/**
 * How firmly the bytes are tied to the job. `attested` comes with the wrapper around the job's script.
 */
export const ASSURANCES = ['configured', 'attested'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/**
 * Why a link of the chain could not be established.
 */
export const UNRESOLVED_REASONS = [
  'repository-missing',
  'repository-not-allowed',
  'revision-missing',
  'revision-malformed',
  'revision-not-found',
  // the tag points to a tree or a file.
  'revision-no-commit',
  'repository-too-large',
  'dataset-not-found',
  'dataset-malformed',
  'dataset-layout-unsupported',
  'import-not-allowed',
  'listing-missing',
  // a file that the listing names.
  'object-missing',
] as const;
export type UnresolvedReason = (typeof UNRESOLVED_REASONS)[number];

/**
 * Which two sources disagree.
 */
export const CONFLICT_REASONS = [
  'branch-of-same-name',
  // the repository's own DVC settings lead elsewhere than to the platform's DVC remote.
  'remote-differs',
  'metafiles-disagree',
  'listing-differs',
  'object-overwritten',
  'object-size-differs',
  'file-count-differs',
  // what the preprocess job handed on is not what the data revision leads to.
  'handover-differs',
  'tag-differs',
] as const;
export type ConflictReason = (typeof CONFLICT_REASONS)[number];

/**
 * What could not be compared, so that the status stays below `verified`.
 */
export const NOT_COMPARED = [
  'run-claims',
  'script-input',
  // what a processing job handed on, where it did not start by our toolkit or handed on nothing.
  'handover',
  'file-contents',
  // outputs of a dvc.lock that cannot be told from it and its dvc.yaml alone.
  'dvc-lock',
  'dvc-config',
  // outputs whose bytes are in Git or nowhere: `cache: false`, `push: false`.
  'uncached-output',
  // DVC 2 changed line ends before it hashed, so that no object has the digest it is named by.
  'legacy-hash',
  'import-source',
  'file-count',
  'listing-entries',
  // objects of a listing beyond the number that is checked.
  'unsampled-objects',
  // the bucket kept no versions when the object was written, or S3 does not show that all versions are the same.
  'object-versions',
] as const;
export type NotCompared = (typeof NOT_COMPARED)[number];

const text = (longest: number) => z.string().min(1).max(longest);

/**
 * One DVC output at the data commit.
 */
export const Dataset = z.strictObject({
  /** where it is in the data repository, such as `data/train`. */
  path: text(1024),
  /** DVC's address: the MD5 of the file, or of the directory's listing with `.dir` behind it. Never our proof. */
  md5: z.string().regex(pattern('dvcHash')),
  sizeBytes: z.int().min(0).optional(),
  files: z.int().min(0).optional(),
  /** how many different objects the listing names, and how many of them were looked up in the remote. */
  objects: z.strictObject({ listed: z.int().min(0), checked: z.int().min(0) }).optional(),
  legacyHash: z.literal(true).optional(),
  /** of the files that the toolkit handed to the script of a training job, or published of a processing job's. */
  treeSha256: z.string().regex(pattern('sha256')).optional(),
  importedFrom: z
    .strictObject({ repository: text(2048), commit: z.string().regex(pattern('gitCommit')).optional() })
    .optional(),
});
export type Dataset = z.infer<typeof Dataset>;

const identity = {
  /** the name as its user wrote it: SageMaker writes the ARN in lower case, so the name cannot be taken from it. */
  name: z.string().regex(pattern('jobName')),
  createdAt: z.iso.datetime(),
};

const TrainingJobIdentity = z.strictObject({
  kind: z.literal('training-job'),
  arn: z.string().regex(pattern('trainingJobArn')),
  ...identity,
});
export type TrainingJobIdentity = z.infer<typeof TrainingJobIdentity>;

const ProcessingJobIdentity = z.strictObject({
  kind: z.literal('processing-job'),
  arn: z.string().regex(pattern('processingJobArn')),
  ...identity,
});
export type ProcessingJobIdentity = z.infer<typeof ProcessingJobIdentity>;

/**
 * One incarnation of a job: a deleted job's name can be used again, so the ARN alone is no identity.
 */
export const JobIdentity = z.discriminatedUnion('kind', [TrainingJobIdentity, ProcessingJobIdentity]);
export type JobIdentity = z.infer<typeof JobIdentity>;

/**
 * The processing job that says it published what a training job was given. A claim, until its configuration confirms it.
 */
export const ClaimedMaker = z.strictObject({
  arn: ProcessingJobIdentity.shape.arn,
  name: ProcessingJobIdentity.shape.name,
});
export type ClaimedMaker = z.infer<typeof ClaimedMaker>;

const common = {
  version: z.literal(1),
  platform: z.string().regex(pattern('platformName')),
  job: JobIdentity,
  /** when the Git host and the DVC remote were asked. */
  derivedAt: z.iso.datetime({ precision: 3 }),
  assurance: z.enum(ASSURANCES),
  /** what the job's configuration named, before anything was looked up. */
  configured: z.strictObject({
    dataRepository: text(2048).optional(),
    dataRevision: text(2048).optional(),
  }),
};

const resolved = {
  ...common,
  dataCommit: z.string().regex(pattern('gitCommit')),
  datasets: boundedList(Dataset, { least: 1, most: contract.limits.dvcFiles }),
  notCompared: boundedList(z.enum(NOT_COMPARED), { most: NOT_COMPARED.length }),
  madeBy: ClaimedMaker.optional(),
};

/**
 * What the lineage-deriver found out about one job. The run-tagger believes nothing that does not fit this schema.
 */
export const Derivation = z.discriminatedUnion('status', [
  z.strictObject({ ...resolved, status: z.literal('verified') }),
  z.strictObject({ ...resolved, status: z.literal('recorded') }),
  z.strictObject({
    ...resolved,
    status: z.literal('conflict'),
    reason: z.enum(CONFLICT_REASONS),
    explanation: text(2048),
  }),
  z.strictObject({
    ...common,
    status: z.literal('unresolved'),
    reason: z.enum(UNRESOLVED_REASONS),
    explanation: text(2048),
  }),
]);
export type Derivation = z.infer<typeof Derivation>;
export type Resolved = Exclude<Derivation, { status: 'unresolved' }>;
