import { contract } from '../contract';
import { checkDataset } from '../dvc/dataset-check';
import type { Disagreement } from '../dvc/disagreement';
import { type ProjectFiles, readProject } from '../dvc/project';
import type { RemoteReader } from '../dvc/remote-reader';
import type { ConflictReason, Dataset, NotCompared, UnresolvedReason } from './derivation';

const LONGEST_EXPLANATION = 2048;

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

/**
 * A data repository that the platform allows: its address as the platform writes it, and a way to read the commit that a
 * data revision stands for.
 */
export interface ReadableRepository {
  readonly url: string;
  read(revision: string): Promise<DataCommitFiles | UnreadableRevision>;
}

/**
 * Where data is looked up.
 */
export interface DataSources {
  readonly remote: RemoteReader;
  /** The repository of this address, if the platform allows it. */
  repository(named: string): ReadableRepository | undefined;
  /** How many objects are looked up in the remote, where that is another number than for evidence. */
  readonly objectsChecked?: number;
}

/**
 * What a data revision leads to.
 */
export type FoundData =
  | { readonly status: 'unresolved'; readonly reason: UnresolvedReason; readonly explanation: string }
  | (ResolvedData & { readonly status: 'recorded' })
  | (ResolvedData & { readonly status: 'conflict'; readonly reason: ConflictReason; readonly explanation: string });

interface ResolvedData {
  readonly dataCommit: string;
  readonly datasets: Dataset[];
  readonly notCompared: readonly NotCompared[];
}

/**
 * Finds out which data commit a data revision leads to, and which datasets, and looks these up in the DVC remote.
 */
export async function lookUpData(
  repository: ReadableRepository,
  revision: string,
  sources: DataSources,
): Promise<FoundData> {
  const files = await repository.read(revision);
  if (typeof files === 'string') {
    const [reason, explanation] = unreadable(files, repository.url, revision);
    return { status: 'unresolved', reason, explanation: bounded(explanation) };
  }
  const project = readProject(files.project, sources.remote.url, (other) => sources.repository(other) !== undefined);
  if (project.kind === 'unresolved') {
    const { reason, explanation } = project;
    return { status: 'unresolved', reason, explanation: bounded(`${files.commit}: ${explanation}`) };
  }
  const { datasets, notCompared } = project;
  const disagreement = branchDisagreement(revision, files) ?? project.disagreement;
  const common = { dataCommit: files.commit, notCompared };
  return disagreement
    ? conflictOf({ ...common, datasets }, disagreement)
    : checkDatasets({ ...common, datasets }, sources);
}

function unreadable(why: UnreadableRevision, url: string, revision: string): [UnresolvedReason, string] {
  switch (why) {
    case 'too-large':
      return [
        'repository-too-large',
        `${url} at ${revision} is larger than ${contract.limits.gitResponseBytes} bytes, or has more than ${contract.limits.dvcProjectFiles} files of DVC or ${contract.limits.dvcProjectBytes} bytes in them`,
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

async function checkDatasets(
  { dataCommit, datasets: named, notCompared: open }: ResolvedData,
  { remote, objectsChecked = contract.limits.objectsChecked }: DataSources,
): Promise<FoundData> {
  const objectLimit = Math.ceil(objectsChecked / named.length);
  const notCompared = new Set(open);
  const datasets = [...named];
  for (const [index, dataset] of named.entries()) {
    const check = await checkDataset(dataset, remote, objectLimit);
    if (check.kind === 'unresolved') {
      return { status: 'unresolved', reason: check.reason, explanation: bounded(check.explanation) };
    }
    if (check.kind === 'conflict') {
      return conflictOf({ dataCommit, datasets, notCompared: [...notCompared] }, check);
    }
    datasets[index] = check.dataset;
    for (const item of check.notCompared) {
      notCompared.add(item);
    }
  }
  return { status: 'recorded', dataCommit, datasets, notCompared: [...notCompared].sort() };
}

function conflictOf(data: ResolvedData, { reason, explanation }: Disagreement): FoundData {
  return { ...data, status: 'conflict', reason, explanation: bounded(explanation) };
}

// paths of files are part of explanations, and a repository may have long ones.
function bounded(explanation: string): string {
  return explanation.length <= LONGEST_EXPLANATION ? explanation : `${explanation.slice(0, LONGEST_EXPLANATION - 1)}…`;
}
