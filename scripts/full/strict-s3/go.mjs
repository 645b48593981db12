import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findOnPath } from '../../setup/project.mjs';

const OLDEST_GO = '1.25';

// where the installer of go.dev puts it, which is not on everybody's PATH.
const USUAL_PLACE = '/usr/local/go/bin/go';

const REMEDY =
  `install Go ${OLDEST_GO} or newer (https://go.dev/doc/install; brew install go; dnf install golang; ` +
  'Debian and Ubuntu: apt-get install golang-go, where that is new enough) and put it on PATH';

/** Whether what "go version" answers speaks of a Go that is new enough. */
function isSuitable(answer) {
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(answer) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_GO.split('.').map(Number);
  return Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
}

/** The go command; without a suitable one, an error that names what was found and the remedy. */
export function findGo(path = process.env.PATH, usualPlace = USUAL_PLACE) {
  const go = findOnPath('go', path) ?? (existsSync(usualPlace) ? usualPlace : undefined);
  if (!go) throw new Error(`go is neither on PATH nor at ${usualPlace}. Remedy: ${REMEDY}`);
  const { status, stdout, stderr, error } = spawnSync(go, ['version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${go} does not run: ${error?.message ?? stderr}. Remedy: ${REMEDY}`);
  if (!isSuitable(stdout))
    throw new Error(`${go} is not Go ${OLDEST_GO} or newer: ${stdout.trim()}. Remedy: ${REMEDY}`);
  return go;
}
