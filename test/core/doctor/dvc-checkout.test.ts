import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCheckout } from '../../../core/doctor/dvc-checkout';
import { dvcConfiguration } from '../../../lib/private/dvc-configuration';

const URL = 's3://remote/dvc';
const GOOD = dvcConfiguration({ remoteName: 'storage', url: URL });

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'checkout-')));
  mkdirSync(join(root, '.dvc'));
  mkdirSync(join(root, 'data'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (file: string, text: string | Buffer) => writeFileSync(join(root, '.dvc', file), text);
const check = (folder?: string) => checkCheckout(folder, URL, root);

test('the settings that the stack tells are in order, from wherever in the repository', async () => {
  write('config', GOOD);
  await expect(check()).resolves.toMatchObject({ outcome: 'ok' });
  await expect(check(join(root, 'data'))).resolves.toMatchObject({ outcome: 'ok' });
});

test('settings of one checkout may add to them', async () => {
  write('config', GOOD);
  write('config.local', '[\'remote "storage"\']\n    profile = mine\n');
  await expect(check()).resolves.toMatchObject({ outcome: 'ok' });
});

test.each<[what: string, files: Record<string, string | Buffer>, found: RegExp]>([
  ['another remote', { config: GOOD.replace(URL, 's3://other/dvc') }, /is elsewhere than the platform's DVC remote/],
  ['no default remote', { config: GOOD.replace(/ +remote = .*\n/, '') }, /no remote is the default one/],
  [
    'a default remote without settings',
    { config: GOOD.replace('remote = storage', 'remote = else') },
    /has no settings/,
  ],
  ['unverified objects', { config: GOOD.replace('verify = true', 'verify = false') }, /verify = true/],
  ['another endpoint', { config: `${GOOD}    endpointurl = https://x.example\n` }, /has the setting endpointurl/],
  ['an override', { config: GOOD, 'config.local': '[\'remote "storage"\']\n    url = s3://mine/x\n' }, /is elsewhere/],
  [
    'another default in an override',
    { config: GOOD, 'config.local': '[core]\n    remote = mine\n' },
    /has no settings/,
  ],
  ['a file that is malformed', { config: '[core\n' }, /line 1/],
  ['a file that is no text', { config: Buffer.from([0xff, 0xfe]) }, /not valid|encoded data/],
  ['a file that is too large', { config: '#'.repeat(1_048_577) }, /more than 1048576 bytes/],
])('%s is told, with what to do', async (_what, files, found) => {
  for (const [file, text] of Object.entries(files)) {
    write(file, text);
  }
  const { outcome, found: told, remedy } = await check();
  expect([outcome, told]).toEqual(['failed', expect.stringMatching(found)]);
  expect(remedy).toContain('DvcConfiguration');
});

test('an address of another remote is not told: people put passwords there', async () => {
  write('config', GOOD.replace(URL, 'https://user:secret@host/dvc'));
  expect(JSON.stringify(await check())).not.toContain('secret');
});

test('a link is not followed, wherever it leads', async () => {
  writeFileSync(join(root, 'elsewhere'), GOOD);
  symlinkSync(join(root, 'elsewhere'), join(root, '.dvc', 'config'));
  await expect(check()).resolves.toMatchObject({ outcome: 'failed', found: expect.stringContaining('ELOOP') });
});

test('outside of a repository nothing is checked, unless a folder was named', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'outside-')));
  await expect(checkCheckout(undefined, URL, outside)).resolves.toMatchObject({ outcome: 'not-checked' });
  await expect(checkCheckout(outside, URL, root)).resolves.toMatchObject({ outcome: 'failed' });
  await expect(checkCheckout(join(outside, 'gone'), URL, root)).resolves.toMatchObject({ outcome: 'failed' });
  rmSync(outside, { recursive: true });
});
