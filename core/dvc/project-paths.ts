import { posix } from 'node:path';

export const LOCK_FILE = 'dvc.lock';
export const PIPELINE_FILE = 'dvc.yaml';

/** DVC's own folder, at the top of a project. */
export const PROJECT_FOLDER = '.dvc';

const METAFILE_ENDING = '.dvc';
const SETTINGS = 'config';
const LOCAL_SETTINGS = 'config.local';

/**
 * Whether a path is one of a file that says what a DVC project's data is, or where.
 */
export function isProjectFile(path: string): boolean {
  const name = posix.basename(path);
  return isSettingsFile(path) || name === LOCK_FILE || name === PIPELINE_FILE || isMetafile(path);
}

export function isMetafile(path: string): boolean {
  return path.endsWith(METAFILE_ENDING) && !isInProjectFolder(path);
}

export function isSettingsFile(path: string): boolean {
  return isInProjectFolder(path) && [SETTINGS, LOCAL_SETTINGS].includes(posix.basename(path));
}

/**
 * Settings of one checkout, which override the others and are not meant for Git.
 */
export function isLocalSettingsFile(path: string): boolean {
  return isSettingsFile(path) && posix.basename(path) === LOCAL_SETTINGS;
}

function isInProjectFolder(path: string): boolean {
  return posix.basename(posix.dirname(path)) === PROJECT_FOLDER;
}
