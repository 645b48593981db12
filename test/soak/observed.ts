import { readTrustedKeys } from '../../core/evidence/read-trusted-keys';
import { scanChains } from '../../core/evidence/scan-chains';
import type { StoredStatement } from '../../core/evidence/verify-chain';
import { verifyListed } from '../../core/evidence/verify-chain';
import { kmsSigner } from '../../core/kms/kms-signer';
import type { Run } from '../../core/mlflow/mlflow-client';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import { type Estate, PLATFORM } from './estate';
import { observeGraph } from './observed-graph';

const JOBS: readonly string[] = ['training-job', 'processing-job'];

/**
 * What there is in the end, by the names of jobs.
 */
export interface Observed {
  readonly statements: ReadonlyMap<string, readonly StoredStatement[]>;
  readonly runs: ReadonlyMap<string, Run>;
  /** of jobs to and from datasets, in SageMaker's lineage graph. */
  readonly edges: ReadonlyMap<string, readonly string[]>;
  /** chains and keys that do not verify. */
  readonly broken: readonly string[];
  /** every version of the evidence, and all that runs and models say, to be compared with another time. */
  readonly fingerprint: string;
}

/**
 * Verifies all evidence, and reads all runs.
 */
export async function observe(estate: Estate): Promise<Observed> {
  const { aws, outputs } = estate;
  const reader = s3EvidenceReader(aws.s3, outputs.EvidenceBucketName);
  const { keyid } = await kmsSigner(aws.kms, outputs.SigningKeyArn);
  const trusted = await readTrustedKeys(PLATFORM, [keyid], reader);
  const statements = new Map<string, readonly StoredStatement[]>();
  const broken: string[] = [];
  const versions: string[] = [];
  for await (const scanned of scanChains(PLATFORM, reader)) {
    if (scanned.kind === 'no-chain') {
      broken.push(...scanned.problems.map(({ explanation }) => explanation));
      continue;
    }
    const { chain, listing } = scanned;
    const check = await verifyListed(chain, listing, reader, trusted);
    versions.push(...listing.statements.map(({ version }) => `${version.key} ${version.versionId}`));
    if (check.kind === 'broken') {
      broken.push(...check.problems.map(({ key, code }) => `${key}: ${code}`));
    } else if (check.kind === 'intact' && JOBS.includes(chain.kind) && 'name' in chain) {
      statements.set(chain.name, check.statements);
    }
  }
  const runs = new Map<string, Run>();
  const mlflow = aws.mlflow(outputs.MlflowAppArn);
  for await (const run of mlflow.findRunsStarted(new Date(0), new Date(8.64e15))) {
    runs.set(run.id, run);
  }
  const models: unknown[] = [];
  for await (const version of mlflow.findModelVersions([...runs.keys()])) {
    models.push(version);
  }
  const edges = await observeGraph(aws);
  const texts = [...versions, ...[...runs.values(), ...models, ...edges].map((item) => JSON.stringify(item))];
  return { statements, runs, edges, broken, fingerprint: texts.sort().join('\n') };
}
