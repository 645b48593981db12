import { contract } from '../contract';
import { checkDataset } from '../dvc/dataset-check';
import type { Disagreement } from '../dvc/disagreement';
import { type ProjectFiles, readProject } from '../dvc/project';
import type { RemoteReader } from '../dvc/remote-reader';
import { attest, type Handover, type JobSetup } from './attestation';
import { type JobEnvironment, repeatable } from './configuration';
import type { Dataset, Derivation, JobIdentity, NotCompared, UnresolvedReason } from './derivation';

const LONGEST_EXPLANATION = 2048;

// what the job's own code claims, reads and hands on is not looked at here, so nothing can be more than `recorded`.
const NOT_LOOKED_AT: Record<JobIdentity['kind'], readonly NotCompared[]> = {
  'training-job': ['run-claims', 'script-input'],
  'processing-job': ['handover'],
};

/**
 * What a data repository says about data at one commit.
 */
export interface DataCommitFiles {
  readonly commit: string;
  readonly project: ProjectFiles;
  /** the commit of the branch that has the name of the data revision, if there is one. */
  readonly branchOfSameName: string | undefined;
}

/**
 * Why a data repository says nothing about data at a revision: there is no such tag, the tag points to no commit, or
 * there is more than may be read.
 */
export type UnreadableRevision = 'not-found' | 'no-commit' | 'too-large';

export interface ConfiguredJob extends JobEnvironment {
  readonly identity: JobIdentity;
  readonly setup: JobSetup;
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
  ): { url: string; read(revision: string): Promise<DataCommitFiles | UnreadableRevision> } | undefined;
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
    explanation: bounded(explanation),
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
  const files = await repository.read(revision);
  if (typeof files === 'string') {
    return unresolved(...unreadable(files, repository.url, revision));
  }
  const project = readProject(files.project, sources.remote.url, (other) => sources.repository(other) !== undefined);
  if (project.kind === 'unresolved') {
    return unresolved(project.reason, `${files.commit}: ${project.explanation}`);
  }
  const disagreement = branchDisagreement(revision, files) ?? project.disagreement;
  const derivation = await checked(
    { ...common, dataCommit: files.commit },
    { ...project, disagreement },
    sources.remote,
  );
  return derivation.status === 'recorded' && sources.handover
    ? attest(derivation, job.setup, sources.handover)
    : derivation;
}

function unreadable(why: UnreadableRevision, url: string, revision: string): [UnresolvedReason, string] {
  switch (why) {
    case 'too-large':
      return [
        'repository-too-large',
        `${url} at ${revision} is larger than ${contract.limits.gitResponseBytes} bytes, or has more than ${contract.limits.dvcProjectFiles} files of DVC`,
      ];
    case 'no-commit':
      return [
        'revision-no-commit',
        `the tag ${JSON.stringify(revision)} of ${url} points to something else than a commit`,
      ];
    case 'not-found':
      return ['revision-not-found', `${url} has no tag ${JSON.stringify(revision)}`];
  }
}

// `git clone --branch` takes the branch, and a branch moves: what the job got cannot be told afterwards.
function branchDisagreement(revision: string, { commit, branchOfSameName }: DataCommitFiles): Disagreement | undefined {
  return branchOfSameName === undefined
    ? undefined
    : {
        reason: 'branch-of-same-name',
        explanation: `${JSON.stringify(revision)} is a tag at ${commit}, and a branch at ${branchOfSameName}`,
      };
}

async function checked(
  common: Pick<Derivation, 'version' | 'platform' | 'job' | 'derivedAt' | 'assurance' | 'configured'> & {
    dataCommit: string;
  },
  project: { datasets: Dataset[]; disagreement: Disagreement | undefined; notCompared: readonly NotCompared[] },
  remote: RemoteReader,
): Promise<Derivation> {
  const notCompared = new Set<NotCompared>([...NOT_LOOKED_AT[common.job.kind], ...project.notCompared]);
  const conflict = (datasets: Dataset[], { reason, explanation }: Disagreement): Derivation => ({
    ...common,
    datasets,
    status: 'conflict',
    reason,
    explanation: bounded(explanation),
    notCompared: [...notCompared].sort(),
  });
  if (project.disagreement) {
    return conflict(project.datasets, project.disagreement);
  }
  const objectLimit = Math.ceil(contract.limits.objectsChecked / project.datasets.length);
  const datasets = [...project.datasets];
  for (const [index, dataset] of project.datasets.entries()) {
    const check = await checkDataset(dataset, remote, objectLimit);
    if (check.kind === 'unresolved') {
      const { dataCommit: _left, ...others } = common;
      return { ...others, status: 'unresolved', reason: check.reason, explanation: bounded(check.explanation) };
    }
    if (check.kind === 'conflict') {
      return conflict(datasets, check);
    }
    datasets[index] = check.dataset;
    for (const item of check.notCompared) {
      notCompared.add(item);
    }
  }
  return { ...common, datasets, status: 'recorded', notCompared: [...notCompared].sort() };
}

// paths of files are part of explanations, and a repository may have long ones.
function bounded(explanation: string): string {
  return explanation.length <= LONGEST_EXPLANATION ? explanation : `${explanation.slice(0, LONGEST_EXPLANATION - 1)}…`;
}
