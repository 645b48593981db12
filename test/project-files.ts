import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PROJECT = join(__dirname, '..');

/**
 * The files of the project, as Git knows them: tracked, or new and not ignored.
 */
export function projectFiles(...patterns: string[]): string[] {
  const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  return output.split('\n').filter(Boolean).sort();
}

export function readProjectFile(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}
