import { posix } from 'node:path';
import type { Dataset, NotCompared, UnresolvedReason } from '../chain/derivation';
import { contract, pattern } from '../contract';
import { type Disagreement, quoted } from './disagreement';
import { readLockFile } from './lock-file';
import { readMetafile } from './metafile';
import { MetafileError } from './metafile-error';
import { type DvcOutput, hasControlCharacter, LONGEST_PATH } from './output';
import { datasetsOf, disagreementOf } from './output-agreement';
import { isMetafile, isSettingsFile, LOCK_FILE, PIPELINE_FILE } from './project-paths';
import { compareSettings, otherRemote } from './remote-agreement';

/**
 * The DVC project at a data commit.
 */
export interface ProjectFiles {
  /** the files that `isProjectFile` names, by their path, in order of the path. */
  readonly files: ReadonlyMap<string, string>;
  /** such paths that are no file with a text of bounded size in it, but a symbolic link, for example. */
  readonly unreadable: readonly string[];
}

export type ReadProject =
  | { readonly kind: 'unresolved'; readonly reason: UnresolvedReason; readonly explanation: string }
  | {
      readonly kind: 'datasets';
      readonly datasets: Dataset[];
      readonly disagreement: Disagreement | undefined;
      readonly notCompared: readonly NotCompared[];
    };

/**
 * Finds the datasets of a DVC project, and whether its files agree with one another and with the platform's DVC remote.
 *
 * @param remoteUrl the platform's DVC remote
 * @param isAllowed whether data may be imported from a repository of this address
 */
export function readProject(
  project: ProjectFiles,
  remoteUrl: string,
  isAllowed: (repository: string) => boolean,
): ReadProject {
  try {
    return read(project, remoteUrl, isAllowed);
  } catch (error) {
    if (error instanceof MetafileError) {
      const reason = error.kind === 'malformed' ? 'dataset-malformed' : 'dataset-layout-unsupported';
      return { kind: 'unresolved', reason, explanation: error.message };
    }
    throw error;
  }
}

function read(project: ProjectFiles, remoteUrl: string, isAllowed: (repository: string) => boolean): ReadProject {
  const odd = [...project.files.keys(), ...project.unreadable].find(
    (path) => path.length > LONGEST_PATH || hasControlCharacter(path),
  );
  if (odd !== undefined) {
    throw new MetafileError(
      'malformed',
      `the path of a DVC file has control characters or is longer than ${LONGEST_PATH}: ${quoted(odd)}`,
    );
  }
  const [unreadable] = project.unreadable;
  if (unreadable !== undefined) {
    throw new MetafileError(
      'malformed',
      `${unreadable} must be a file of UTF-8 text with at most ${contract.limits.dvcFileBytes} bytes, and no link`,
    );
  }
  const notCompared = new Set<NotCompared>();
  const outputs = readOutputs(project.files, notCompared);
  const forbidden = outputs.find(({ source }) => source?.repository !== undefined && !mayImport(source.repository));
  if (forbidden) {
    return {
      kind: 'unresolved',
      reason: 'import-not-allowed',
      explanation: `${forbidden.file} imports from another repository, which is none of the platform's data repositories`,
    };
  }
  const settings = compareSettings(project.files, remoteUrl, notCompared);
  const datasets = datasetsOf(outputs);
  if (datasets.length === 0) {
    return {
      kind: 'unresolved',
      reason: 'dataset-not-found',
      explanation: 'the data commit names no output that is kept in the DVC remote',
    };
  }
  if (datasets.length > contract.limits.dvcFiles) {
    throw new MetafileError(
      'malformed',
      `the data commit names ${datasets.length} datasets, more than ${contract.limits.dvcFiles}`,
    );
  }
  return {
    kind: 'datasets',
    datasets,
    disagreement: settings.disagreement ?? otherRemote(outputs, settings.same) ?? disagreementOf(outputs),
    notCompared: [...notCompared].sort(),
  };

  function mayImport(repository: string): boolean {
    return pattern('dataRepositoryUrl').test(repository) && isAllowed(repository);
  }
}

function readOutputs(files: ReadonlyMap<string, string>, notCompared: Set<NotCompared>): DvcOutput[] {
  const outputs: DvcOutput[] = [];
  for (const [path, text] of files) {
    const name = posix.basename(path);
    if (isSettingsFile(path)) {
      continue;
    }
    if (isMetafile(path)) {
      const found = readMetafile(path, text);
      outputs.push(...found.outputs);
      note(found.hasUncached, 'uncached-output');
    } else if (name === LOCK_FILE) {
      const found = readLockFile(path, text, files.get(posix.join(posix.dirname(path), PIPELINE_FILE)));
      outputs.push(...found.outputs);
      note(found.hasUncached, 'uncached-output');
      note(found.hasUnknown, 'dvc-lock');
    }
  }
  note(
    outputs.some(({ source }) => source !== undefined),
    'import-source',
  );
  return outputs;

  function note(is: boolean, item: NotCompared): void {
    if (is) {
      notCompared.add(item);
    }
  }
}
