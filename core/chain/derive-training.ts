import { contract } from '../contract';
import { checkDataset, type RemoteReader } from '../dvc/dataset-check';
import { MetafileError, readMetafile } from '../dvc/metafile';
import { type JobEnvironment, repeatable } from './configuration';
import type { Dataset, Derivation, JobIdentity, NotCompared, UnresolvedReason } from './derivation';

/**
 * What a data repository says about data at one commit.
 */
export interface DataCommitFiles {
  readonly commit: string;
  readonly metafiles: ReadonlyMap<string, string>;
  readonly hasLockFile: boolean;
}

export interface ConfiguredJob extends JobEnvironment {
  readonly identity: JobIdentity;
}

/**
 * Where the derivation looks things up.
 */
export interface Sources {
  readonly remote: RemoteReader;
  /**
   * The repository of this address, if the platform allows it: its address as the platform writes it, and a way to
   * read the commit that a data revision stands for.
   */
  repository(
    named: string,
  ): { url: string; read(revision: string): Promise<DataCommitFiles | 'too-large' | undefined> } | undefined;
}

/**
 * Finds out which data commit, and which datasets, a training job was configured to use.
 */
export async function deriveTraining(platform: string, job: ConfiguredJob, sources: Sources): Promise<Derivation> {
  const common = {
    version: 1,
    platform,
    job: job.identity,
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
  if (!job.configuredRevision) {
    return unresolved('revision-missing', `the job's environment has no ${dataRevision}`);
  }
  const named = common.configured.dataRepository;
  const repository = named === undefined ? undefined : sources.repository(named);
  if (!repository) {
    return unresolved(
      'repository-not-allowed',
      `${dataRepositoryUrl} names ${named ?? 'something that is no plain https address'}, which is none of the platform's data repositories`,
    );
  }
  const revision = common.configured.dataRevision;
  if (revision === undefined) {
    return unresolved('revision-malformed', `${dataRevision} holds something that is no name of a Git tag`);
  }
  const files = await repository.read(revision);
  if (files === 'too-large') {
    return unresolved(
      'repository-too-large',
      `${repository.url} at ${revision} is larger than ${contract.limits.gitResponseBytes} bytes`,
    );
  }
  if (!files) {
    return unresolved('revision-not-found', `${repository.url} has no tag ${JSON.stringify(revision)}`);
  }
  const datasets = readDatasets(files);
  if (!Array.isArray(datasets)) {
    return unresolved(datasets.reason, datasets.explanation);
  }
  return checked(common, files, datasets, sources.remote);
}

function readDatasets(files: DataCommitFiles): Dataset[] | { reason: UnresolvedReason; explanation: string } {
  try {
    const datasets = [...files.metafiles].flatMap(([path, text]) => readMetafile(path, text));
    if (datasets.length === 0) {
      return { reason: 'dataset-not-found', explanation: `the data commit ${files.commit} holds no .dvc file` };
    }
    if (datasets.length > contract.limits.dvcFiles) {
      return {
        reason: 'dataset-malformed',
        explanation: `the data commit ${files.commit} names ${datasets.length} datasets, more than ${contract.limits.dvcFiles}`,
      };
    }
    return datasets;
  } catch (error) {
    if (error instanceof MetafileError) {
      return {
        reason: error.kind === 'malformed' ? 'dataset-malformed' : 'dataset-layout-unsupported',
        explanation: error.message,
      };
    }
    throw error;
  }
}

async function checked(
  common: Pick<Derivation, 'version' | 'platform' | 'job' | 'assurance' | 'configured'>,
  files: DataCommitFiles,
  datasets: Dataset[],
  remote: RemoteReader,
): Promise<Derivation> {
  // what the job's own code claims and reads is not looked at here, so nothing can be more than `recorded`.
  const notCompared = new Set<NotCompared>(['run-claims', 'script-input']);
  if (files.hasLockFile) {
    notCompared.add('dvc-lock');
  }
  const resolved = { ...common, dataCommit: files.commit, datasets };
  for (const dataset of datasets) {
    const check = await checkDataset(dataset, remote);
    if (check.kind === 'unresolved') {
      return { ...common, status: 'unresolved', reason: check.reason, explanation: check.explanation };
    }
    if (check.kind === 'conflict') {
      return {
        ...resolved,
        status: 'conflict',
        reason: check.reason,
        explanation: check.explanation,
        notCompared: [...notCompared].sort(),
      };
    }
    for (const item of check.notCompared) {
      notCompared.add(item);
    }
  }
  return { ...resolved, status: 'recorded', notCompared: [...notCompared].sort() };
}
