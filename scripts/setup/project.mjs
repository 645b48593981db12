import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that the project makes for itself and that Git ignores. */
export const stateDirectory = join(projectRoot, '.sandbox');

export const environmentsDirectory = join(stateDirectory, 'environments');
export const tlsDirectory = join(stateDirectory, 'tls');
export const requirementsDirectory = join(projectRoot, 'requirements');

/** The file that a command name stands for on PATH, or undefined. */
export function findOnPath(name, path = process.env.PATH ?? '') {
  return path
    .split(':')
    .filter(Boolean)
    .map((directory) => join(directory, name))
    .find((file) => existsSync(file));
}
