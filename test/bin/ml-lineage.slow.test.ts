import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeExport } from '../../bin/write-export';
import { attested } from '../core/chain/training-findings';
import { draftOf, storeWith } from '../core/evidence/evidence-findings';
import { PROJECT } from '../project-files';

jest.setTimeout(60_000);

let scratch: string;
let folder: string;
let keyid: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'command-'));
  const esbuild = join(PROJECT, 'node_modules', 'esbuild', 'bin', 'esbuild');
  const options = [
    '--bundle',
    '--platform=node',
    '--log-level=warning',
    `--outfile=${join(scratch, 'ml-lineage.cjs')}`,
  ];
  execFileSync(esbuild, [join(PROJECT, 'bin', 'ml-lineage.ts'), ...options]);
  folder = join(scratch, 'evidence');
  const { store, signer } = await storeWith(draftOf(attested));
  keyid = signer.keyid;
  const exportedBy = 'cdk-ml-lineage/1.2.3';
  const request = { platform: 'demo', name: 'train-1', bucket: 'evidence', exportedBy, exportedAt: new Date() };
  await writeExport(folder, request, store);
  // a program that opens a connection all the same does not get far with it.
  await writeFile(
    join(scratch, 'no-network.cjs'),
    "require('node:net').Socket.prototype.connect = () => { throw new Error('the network was asked for'); };",
  );
});
afterAll(() => rm(scratch, { recursive: true }));

/** Runs the command line with no variable but these: no credentials, no region, no home, and an endpoint that is none. */
function mlLineage(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    AWS_ENDPOINT_URL: 'http://192.0.2.1:9',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    HOME: scratch,
  };
  const program = ['--require', join(scratch, 'no-network.cjs'), join(scratch, 'ml-lineage.cjs')];
  return new Promise((resolve) => {
    execFile(process.execPath, [...program, ...args], { env, cwd: PROJECT }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('an export is verified and shown without network, credentials or warnings', async () => {
  const verified = await mlLineage('evidence', 'verify', 'train-1', '--from', folder, '--trust', keyid);
  expect(verified).toMatchObject({ code: 0, stderr: '' });
  expect(verified.stdout).toContain('each signature, place and link was verified');
  const shown = await mlLineage('evidence', 'show', 'train-1', '--from', folder, '--json', '--trust', keyid);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(shown.stdout)).toMatchObject({ result: 'verified', name: 'train-1' });
});

test('control: the store itself cannot be read in the same surroundings', async () => {
  const { code, stderr } = await mlLineage('evidence', 'verify', 'train-1', '--stack', 'demo', '--trust', keyid);
  expect({ code, stderr }).toEqual({ code: 70, stderr: expect.stringMatching(/^ml-lineage: .+\n$/) });
});

test.each<[what: string, args: string[], code: number, told: string]>([
  ['a fingerprint that nothing was signed by', ['--from', 'FOLDER', '--trust', 'ab'.repeat(32)], 1, 'untrusted-key at'],
  ['no place to look', ['--trust', 'ab'.repeat(32)], 64, 'name either --stack or --from'],
  ['two places to look', ['--from', 'FOLDER', '--stack', 'demo', '--trust', 'ab'.repeat(32)], 64, 'either --stack or'],
  ['no key to trust', ['--from', 'FOLDER'], 64, "required option '--trust <fingerprint...>' not specified"],
  ['a fingerprint that is none', ['--from', 'FOLDER', '--trust', 'x\u001b'], 64, '--trust must match ^[0-9a-f]{64}$'],
  [
    'a kind that is none',
    ['--from', 'FOLDER', '--kind', 'job', '--trust', 'ab'.repeat(32)],
    64,
    '--kind must be one of',
  ],
  [
    'another kind',
    ['--from', 'FOLDER', '--kind', 'endpoint', '--trust', 'ab'.repeat(32)],
    2,
    'none about anything of the name train-1 (endpoint)',
  ],
  [
    'a folder that is no export',
    ['--from', 'bin', '--trust', 'ab'.repeat(32)],
    70,
    'bin holds no export.json (missing)',
  ],
])('evidence verify with %s ends with its exit code and says why', async (_what, args, code, told) => {
  const placed = args.map((arg) => (arg === 'FOLDER' ? folder : arg));
  const ended = await mlLineage('evidence', 'verify', 'train-1', ...placed);
  expect(ended.code).toBe(code);
  expect(ended.stdout + ended.stderr).toContain(told);
  expect(ended.stdout + ended.stderr).not.toContain('\u001b');
});

test.each<[what: string, args: string[], told: string]>([
  ['nothing to begin with', [], '--since must be given, or --from'],
  ['a day that is none', ['--since', '2024-13-01'], '--since must be a day as 2024-01-31'],
  ['a date with more behind it', ['--since', '2024-01-01\u001b[2J'], '--since must be a day as 2024-01-31'],
  ['an end before its beginning', ['--since', '2024-02-01', '--until', '2024-01-01'], '--since must be before --until'],
  ['an end that is not yet', ['--since', '2024-01-01', '--until', '2999-01-01'], 'not in the future'],
  ['no request at all', ['--since', '2024-01-01', '--rate', '0'], '--rate must be a whole number from 1 to 100'],
  ['a place and a beginning', ['--from', 'place.json', '--since', '2024-01-01'], '--from goes on as the backfill was'],
  ['a place and a plan', ['--from', 'place.json', '--plan'], '--from goes on as the backfill was'],
])('backfill with %s is not understood', async (_what, args, told) => {
  const { code, stdout, stderr } = await mlLineage('backfill', '--stack', 'demo', ...args);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain(told);
  expect(stderr).not.toContain('\u001b');
});

test('backfill from a file that is no place fails, and says so', async () => {
  const { code, stderr } = await mlLineage('backfill', '--stack', 'demo', '--from', 'package.json');
  expect(code).toBe(70);
  expect(stderr).toContain('package.json is no place of a backfill');
});

test.each([
  ['a subject that is none', ['\u001b[2Jx y'], '<subject> must be one of endpoint/<name>'],
  ['a key that is none', ['endpoint/x', '--trust', 'all'], '--trust must match ^[0-9a-f]{64}$, got "all"'],
  ['a count that is none', ['endpoint/x', '--objects', '-1'], '--objects must match'],
])('a trace of %s is not understood, and nobody is asked', async (_what, args, message) => {
  const { code, stdout, stderr } = await mlLineage('trace', '--stack', 'stack', ...args);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('\u001b');
});
