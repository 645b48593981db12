import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareSettings } from '../../core/dvc/remote-agreement';
import { dvcConfiguration } from '../../lib/private/dvc-configuration';
import { environmentDirectory } from '../../sandbox/project-paths';

const PROGRAMS = join(environmentDirectory('jobs'), 'bin');
const URL_OF_REMOTE = 's3://data-bucket/dvc';
const TEXT = dvcConfiguration({ remoteName: 'storage', url: URL_OF_REMOTE, region: 'eu-west-1' });

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'dvc-configuration-'));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function dvc(directory: string, ...args: string[]) {
  return spawnSync(join(PROGRAMS, 'dvc'), args, {
    cwd: directory,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HOME: place,
      DVC_NO_ANALYTICS: '1',
      DVC_SITE_CACHE_DIR: join(place, 'site'),
      GIT_CONFIG_NOSYSTEM: '1',
    },
  });
}

function repository(name: string, configuration: string): string {
  const directory = join(place, name);
  mkdirSync(join(directory, '.dvc'), { recursive: true });
  writeFileSync(join(directory, '.dvc', 'config'), configuration);
  execFileSync('git', ['init', '--quiet', directory]);
  return directory;
}

test('DVC reads from the file what it was written for', () => {
  const { stdout, status } = dvc(repository('listed', TEXT), 'config', '--list', '--project');
  expect(stdout.trim().split('\n').sort()).toEqual([
    'core.analytics=false',
    'core.remote=storage',
    'remote.storage.region=eu-west-1',
    'remote.storage.url=s3://data-bucket/dvc',
    'remote.storage.verify=true',
  ]);
  expect(status).toBe(0);
});

/** Pulls an object whose bytes are others than its name says; answers what DVC says, and what files there are then. */
function pullOtherBytes(name: string, change: (configuration: string) => string) {
  const remote = join(place, `${name}-remote`);
  const configuration = TEXT.replace(URL_OF_REMOTE, remote).replace(/ *region = .*\n/, '');
  const directory = repository(name, change(configuration));
  const md5 = createHash('md5').update('right').digest('hex');
  mkdirSync(join(remote, 'files', 'md5', md5.slice(0, 2)), { recursive: true });
  const object = join(remote, 'files', 'md5', md5.slice(0, 2), md5.slice(2));
  writeFileSync(object, 'wrong');
  // of a remote in a folder DVC believes what nobody may write to, of others everything.
  chmodSync(object, 0o444);
  writeFileSync(join(directory, 'file.dvc'), `outs:\n- md5: ${md5}\n  size: 5\n  hash: md5\n  path: file\n`);
  const { status, stderr } = dvc(directory, 'pull');
  return { status, stderr, files: readdirSync(directory).filter((file) => !file.startsWith('.')) };
}

test('with it DVC refuses an object with other bytes than its name says', () => {
  const refused = pullOtherBytes('verified', (configuration) => configuration);
  expect(refused.status).not.toBe(0);
  expect(refused.files).toEqual(['file.dvc']);
});

test('control: without verification DVC takes it', () => {
  const taken = pullOtherBytes('believed', (configuration) => configuration.replace(/ *verify = true\n/, ''));
  expect(taken).toMatchObject({ status: 0, files: ['file', 'file.dvc'] });
});

test('the functions take it for the settings of this remote, and of no other', () => {
  const compare = (remote: string) => compareSettings(new Map([['.dvc/config', TEXT]]), remote, new Set());
  expect(compare(URL_OF_REMOTE)).toEqual({ disagreement: undefined, same: new Set(['storage']) });
  expect(compare('s3://other/dvc').disagreement).toMatchObject({ reason: 'remote-differs' });
});

test('jobs take it for the settings of this remote, and of no other', () => {
  const program = [
    'import sys',
    'from lineage_jobs.dvc_settings import require_same_remote',
    'require_same_remote(sys.stdin.buffer.read(), sys.argv[1], ".dvc/config")',
  ].join('\n');
  const ask = (remote: string) =>
    spawnSync(join(PROGRAMS, 'python'), ['-c', program, remote], { input: TEXT, encoding: 'utf8' });
  expect(ask(URL_OF_REMOTE)).toMatchObject({ status: 0, stderr: '' });
  expect(ask('s3://other/dvc').stderr).toContain('the only one that is used');
});
