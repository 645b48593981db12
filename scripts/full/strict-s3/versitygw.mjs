import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from '../../setup/project.mjs';
import { runCommand } from '../../setup/run-command.mjs';
import { findGo } from './go.mjs';

export const VERSION = 'v1.7.0';
const MODULE = 'github.com/versity/versitygw/cmd/versitygw';

const toolsDirectory = join(stateDirectory, 'tools');
const executable = join(toolsDirectory, `versitygw-${VERSION}`);

const runs = () => existsSync(executable) && spawnSync(executable, ['--version']).status === 0;

/** The executable of the gateway, compiled if this version of it is not there yet. */
export async function installVersitygw() {
  if (runs()) return executable;
  const go = findGo();
  mkdirSync(toolsDirectory, { recursive: true });
  // a compilation that is killed leaves nothing under the name that later runs look for.
  const fresh = mkdtempSync(join(toolsDirectory, 'compiled-'));
  try {
    const environment = { ...process.env, GOBIN: fresh };
    process.stdout.write(`compiling versitygw ${VERSION}, which takes minutes and is done once\n`);
    await runCommand('go install', go, ['install', `${MODULE}@${VERSION}`], { environment });
    renameSync(join(fresh, 'versitygw'), executable);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return executable;
}
