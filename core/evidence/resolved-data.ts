import { z } from 'zod';
import { Dataset } from '../chain/derivation';
import { contract } from '../contract';
import { fact, origin } from './fact';
import { DataRepositoryUrl, DataRevision, GitCommit, Sha256, setOf } from './fields';

/**
 * What the job's configuration named, before anything was looked up: only an allowed repository, only a well-formed
 * revision.
 */
export const ConfiguredData = z.strictObject({
  dataRepository: DataRepositoryUrl.optional(),
  dataRevision: DataRevision.optional(),
});

/**
 * The commit that the Git host says the revision stands for.
 */
export const Resolution = z.strictObject({
  dataRepository: DataRepositoryUrl,
  dataRevision: DataRevision,
  dataCommit: GitCommit,
});

const count = z.int().min(0);
const BytesDigest = z.strictObject({ sha256: Sha256, sizeBytes: count });

/**
 * A dataset at the data commit. Its MD5 is DVC's address for it; the SHA-256 of its listing is of the bytes in the
 * remote, that of its tree is what the wrapper around the script found in the container.
 *
 * Member by member and not the derivation's own schema: what is new there gets in here only when somebody has seen
 * that it can hold no secret.
 */
export const ResolvedDataset = z.strictObject({
  path: Dataset.shape.path,
  md5: Dataset.shape.md5,
  sizeBytes: count.optional(),
  files: count.optional(),
  ...origin,
  /** how many different objects the listing names, and how many of them were looked up in the remote. */
  objects: z.strictObject({ listed: count, checked: count }).optional(),
  legacyHash: z.literal(true).optional(),
  /** the repository only if the platform allows it. */
  importedFrom: z.strictObject({ repository: DataRepositoryUrl.optional(), commit: GitCommit.optional() }).optional(),
  listing: fact(BytesDigest).optional(),
  tree: fact(z.strictObject({ sha256: Sha256 })).optional(),
});
export type ResolvedDataset = z.infer<typeof ResolvedDataset>;

export const ResolvedData = z.strictObject({
  resolution: fact(Resolution),
  datasets: setOf(ResolvedDataset, contract.limits.dvcFiles).min(1),
});
export type ResolvedData = z.infer<typeof ResolvedData>;

/**
 * A statement that another one cites: its key and the SHA-256 of its envelope as stored.
 */
export const Citation = z.strictObject({
  key: z
    .string()
    .max(200)
    .regex(/^[a-z0-9-]+\/[a-z-]+(\/[A-Za-z0-9.-]+){3}$/),
  sha256: Sha256,
});
