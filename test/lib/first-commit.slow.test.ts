import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { DvcRemote } from '../../lib';
import { firstCommitFiles } from '../../lib/private/first-commit';
import { environmentDirectory } from '../../sandbox/project-paths';

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'first-commit-'));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function run(directory: string, program: string, ...args: string[]): string {
  const identity = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => ['NAME', 'EMAIL'].map((part) => [`GIT_${role}_${part}`, 'tester'])),
  );
  return execFileSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    env: {
      ...identity,
      PATH: process.env.PATH,
      HOME: place,
      DVC_NO_ANALYTICS: '1',
      DVC_SITE_CACHE_DIR: join(place, 'site'),
      GIT_CONFIG_NOSYSTEM: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

const git = (directory: string, ...args: string[]) => run(directory, 'git', ...args);
const dvc = (directory: string, ...args: string[]) =>
  run(directory, join(environmentDirectory('jobs'), 'bin', 'dvc'), ...args);

/** A clone of a repository that has the first commit and nothing else. */
function cloneOf(name: string, files: Record<string, string>): string {
  const [origin, clone] = [join(place, `${name}-origin`), join(place, name)];
  git(place, 'init', '--quiet', '--initial-branch=main', origin);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(origin, path)), { recursive: true });
    writeFileSync(join(origin, path), text);
  }
  // CodeCommit takes every file of the archive; what a .gitignore leaves out would be missing here, and there not.
  git(origin, 'add', '.');
  git(origin, 'commit', '--quiet', '--message', 'first');
  expect(git(origin, 'ls-files').split('\n').sort()).toEqual(Object.keys(files).sort());
  git(place, 'clone', '--quiet', origin, clone);
  return clone;
}

test('DVC works in a clone of the first commit as in one that it has set up itself', () => {
  const clone = cloneOf('plain', firstCommitFiles(undefined));
  writeFileSync(join(clone, 'scan.csv'), 'id\n1\n');
  dvc(clone, 'add', 'scan.csv');
  // neither DVC's cache nor the data is a change that Git would take in.
  expect(git(clone, 'status', '--porcelain').split('\n').sort()).toEqual(['?? .gitignore', '?? scan.csv.dvc']);
  expect(dvc(clone, 'config', '--list', '--project')).toBe('core.analytics=false');
});

test('DVC itself makes the same files', () => {
  const directory = join(place, 'own');
  git(place, 'init', '--quiet', directory);
  dvc(directory, 'init', '--quiet');
  const ours = firstCommitFiles(undefined);
  expect(git(directory, 'ls-files').split('\n').sort()).toEqual(Object.keys(ours).sort());
  expect(readFileSync(join(directory, '.dvc', '.gitignore'), 'utf8')).toBe(ours['.dvc/.gitignore']);
});

test('DVC finds the remote that the first commit names', () => {
  const stack = new Stack(new App(), 'Stack');
  const remote = DvcRemote.fromBucket(stack, 'Remote', s3.Bucket.fromBucketName(stack, 'Bucket', 'scans'));
  const listed = dvc(cloneOf('remote', firstCommitFiles(remote)), 'remote', 'list');
  expect(listed.split(/\s+/).slice(0, 2)).toEqual(['storage', 's3://scans/dvc']);
});
