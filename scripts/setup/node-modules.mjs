import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.mjs';
import { runCommand } from './run-command.mjs';

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * Whether node_modules holds what package-lock.json says. npm itself keeps the list of what it installed, and writes
 * it at the end: an installation that was killed has none. Optional packages are absent on foreign platforms.
 */
export function nodeModulesMatch(root = projectRoot) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readPackages(record);
  const { '': _project, ...locked } = readPackages(join(root, 'package-lock.json'));
  const same = (path) =>
    installed[path]?.version === locked[path]?.version && installed[path]?.integrity === locked[path]?.integrity;
  const present = (path) => same(path) && existsSync(join(root, path));
  const absentOnPurpose = (path) => locked[path].optional === true && installed[path] === undefined;
  return (
    Object.keys(locked).every((path) => present(path) || absentOnPurpose(path)) &&
    Object.keys(installed).every((path) => locked[path] !== undefined)
  );
}

export async function installNodeModules([program, ...args]) {
  await runCommand('npm ci', program, [...args, 'ci', '--no-audit', '--no-fund'], { directory: projectRoot });
}
