import { z } from 'zod';
import { pattern } from '../contract';
import { Instant, PlatformName, Sha256 } from './fields';
import { KINDS } from './incarnation';
import { PREDICATE_TYPES } from './predicate-types';
import { CHAIN_PROBLEMS } from './problems';

export const REPORT_FORMAT = 'tag:cdk-ml-lineage,2026:evidence-report/v1';

export const EvidenceStatement = z
  .strictObject({
    key: z.string(),
    versionId: z.string(),
    storedAt: Instant.describe("The store's own date."),
    sha256: Sha256.describe('Of the envelope, as stored.'),
    keyid: Sha256.describe('The fingerprint of the key whose signature was found good.'),
    statement: z
      .looseObject({ predicateType: z.enum(PREDICATE_TYPES) })
      .describe('As it was signed; the published schema of its predicate type says what is in it.'),
  })
  .meta({ id: 'EvidenceStatement' });
export type EvidenceStatement = z.infer<typeof EvidenceStatement>;

export const EvidenceProblem = z
  .strictObject({ code: z.enum(CHAIN_PROBLEMS), key: z.string(), explanation: z.string() })
  .meta({ id: 'EvidenceProblem' });
export type EvidenceProblem = z.infer<typeof EvidenceProblem>;

export const EvidenceChain = z
  .strictObject({
    chain: z.string(),
    kind: z.enum(KINDS),
    createdAt: Instant,
    result: z.enum(['intact', 'broken', 'absent']),
    problems: z.array(EvidenceProblem),
    statements: z.array(EvidenceStatement).describe('Those whose signature was found good, in the order of the chain.'),
  })
  .meta({ id: 'EvidenceChain' });
export type EvidenceChain = z.infer<typeof EvidenceChain>;

/**
 * What was found about things of one name, for machines. A member that is new gets a new version of the format. What is
 * described is part of the published schema, and of the types that other programs see.
 */
export const EvidenceReport = z.strictObject({
  format: z.literal(REPORT_FORMAT),
  platform: PlatformName,
  name: z.string().regex(pattern('evidenceName')),
  from: z
    .strictObject({
      exportedAt: Instant,
      listSha256: Sha256,
      problems: z.array(z.string()).describe('What is wrong with the folder itself.'),
    })
    .nullable()
    .describe('The export that was read, with the SHA-256 of its list; null where the store itself was read.'),
  chains: z.array(EvidenceChain),
  foreignKeys: z.array(z.string()).describe('Keys among the statements that no statement can have.'),
  result: z
    .enum(['verified', 'conflict', 'not-provable'])
    .describe('The worst of the last statements, one for each kind: the exit code of the command says the same.'),
});
export type EvidenceReport = z.infer<typeof EvidenceReport>;
