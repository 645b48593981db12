import { z } from 'zod';
import { pattern } from '../contract';
import { Instant, PlatformName, Sha256 } from './fields';
import { KINDS } from './incarnation';
import { PREDICATE_TYPES } from './predicate-types';
import { CHAIN_PROBLEMS } from './problems';

export const REPORT_FORMAT = 'tag:cdk-ml-lineage,2026:evidence-report/v1';

const ReportedStatement = z.strictObject({
  key: z.string(),
  versionId: z.string(),
  /** the store's own date. */
  storedAt: Instant,
  /** of the envelope, as stored. */
  sha256: Sha256,
  /** the fingerprint of the key whose signature was found good. */
  keyid: Sha256,
  /** as it was signed; the published schema of its predicate type says what is in it. */
  statement: z.looseObject({ predicateType: z.enum(PREDICATE_TYPES) }),
});

const ReportedChain = z.strictObject({
  chain: z.string(),
  kind: z.enum(KINDS),
  createdAt: Instant,
  result: z.enum(['intact', 'broken', 'absent']),
  problems: z.array(z.strictObject({ code: z.enum(CHAIN_PROBLEMS), key: z.string(), explanation: z.string() })),
  /** those whose signature was found good, in the order of the chain. */
  statements: z.array(ReportedStatement),
});

/**
 * What was found about things of one name, for machines. A member that is new gets a new version of the format.
 */
export const EvidenceReport = z.strictObject({
  format: z.literal(REPORT_FORMAT),
  platform: PlatformName,
  name: z.string().regex(pattern('evidenceName')),
  /** the export that was read, with the SHA-256 of its list; null where the store itself was read. */
  from: z
    .strictObject({
      exportedAt: Instant,
      listSha256: Sha256,
      /** what is wrong with the folder itself. */
      problems: z.array(z.string()),
    })
    .nullable(),
  chains: z.array(ReportedChain),
  /** keys among the statements that no statement can have. */
  foreignKeys: z.array(z.string()),
  /** the worst of the last statements, one for each kind: the exit code of the command says the same. */
  result: z.enum(['verified', 'conflict', 'not-provable']),
});
export type EvidenceReport = z.infer<typeof EvidenceReport>;
