import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './project-files';

/**
 * Packs the package as it was built and installs it in an empty project, without a network and without its peers.
 *
 * @param scratch a folder for both
 * @returns the project
 */
export function installPackage(scratch: string): string {
  const npm = (folder: string, ...args: string[]) =>
    execFileSync('npm', [...args, '--ignore-scripts', '--offline', '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const [{ filename }] = JSON.parse(npm(PROJECT, 'pack', '--json', '--pack-destination', scratch)) as [
    { filename: string },
  ];
  const project = join(scratch, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  npm(project, 'install', '--legacy-peer-deps', join(scratch, filename));
  return project;
}
