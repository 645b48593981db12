import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const projectRoot = resolve(__dirname, '..');

const stateDirectory = join(projectRoot, '.sandbox');

export const tlsDirectory = join(stateDirectory, 'tls');

/** The virtual environment of one of the sets in requirements/. */
export const environmentDirectory = (set: 'aws-cli' | 'checks' | 'emulator' | 'jobs' | 'mlflow') =>
  join(stateDirectory, 'environments', set);

export const defaultInstanceDirectory = (name: string) => join(stateDirectory, 'instances', name);

/** Throws if the set-up has not made what a sandbox consists of. */
export function requireSetUp(): void {
  const needed = [
    join(tlsDirectory, 'server.pem'),
    ...(['emulator', 'jobs', 'mlflow'] as const).map((set) => join(environmentDirectory(set), '.complete')),
  ];
  const missing = needed.filter((file) => !existsSync(file));
  if (missing.length > 0) {
    throw new Error(`The set-up is not complete (missing: ${missing.join(', ')}): run npm run setup`);
  }
}
