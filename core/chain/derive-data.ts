import { contract } from '../contract';
import { attest, type Handover, type JobSetup } from './attestation';
import { type JobEnvironment, repeatable } from './configuration';
import type { Derivation, JobIdentity, NotCompared, UnresolvedReason } from './derivation';
import { type DataSources, lookUpData } from './look-up-data';

// what the job's own code claims, reads and hands on is not looked at here, so nothing can be more than `recorded`.
const NOT_LOOKED_AT: Record<JobIdentity['kind'], readonly NotCompared[]> = {
  'training-job': ['run-claims', 'script-input'],
  'processing-job': ['handover'],
};

export interface ConfiguredJob extends JobEnvironment {
  readonly identity: JobIdentity;
  readonly setup: JobSetup;
}

/**
 * Where the derivation looks things up.
 */
export interface Sources extends DataSources {
  /** What jobs hand on to one another; absent where the platform has no toolkit. */
  readonly handover?: Handover | undefined;
}

/**
 * Finds out which data commit, and which datasets, a training job was configured to use, or a processing job to publish.
 */
export async function deriveData(
  platform: string,
  job: ConfiguredJob,
  sources: Sources,
  now: Date,
): Promise<Derivation> {
  const common = {
    version: 1,
    platform,
    job: job.identity,
    derivedAt: now.toISOString(),
    assurance: 'configured',
    configured: repeatable(job),
  } as const;
  const unresolved = (reason: UnresolvedReason, explanation: string): Derivation => ({
    ...common,
    status: 'unresolved',
    reason,
    explanation,
  });

  const { dataRepositoryUrl, dataRevision } = contract.jobEnvironment;
  if (!job.configuredRepository) {
    return unresolved('repository-missing', `the job's environment has no ${dataRepositoryUrl}`);
  }
  const named = common.configured.dataRepository;
  const repository = named === undefined ? undefined : sources.repository(named);
  if (!repository) {
    return unresolved(
      'repository-not-allowed',
      // the address itself is not told: it may hold a token.
      named === undefined
        ? `${dataRepositoryUrl} holds something that is no plain https address`
        : `${dataRepositoryUrl} names none of the platform's data repositories`,
    );
  }
  if (!job.configuredRevision) {
    return unresolved('revision-missing', `the job's environment has no ${dataRevision}`);
  }
  const revision = common.configured.dataRevision;
  if (revision === undefined) {
    return unresolved('revision-malformed', `${dataRevision} holds something that is no name of a Git tag`);
  }
  const found = await lookUpData(repository, revision, sources);
  if (found.status === 'unresolved') {
    return unresolved(found.reason, found.explanation);
  }
  const notCompared = [...new Set([...NOT_LOOKED_AT[job.identity.kind], ...found.notCompared])].sort();
  const derivation: Derivation = { ...common, ...found, notCompared };
  return derivation.status === 'recorded' && sources.handover
    ? attest(derivation, job.setup, sources.handover)
    : derivation;
}
