import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

type Packages = Record<string, { version?: string; integrity?: string; optional?: boolean }>;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'node-modules-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const LOCKED: Packages = {
  '': { version: '1.0.0' },
  'node_modules/a': { version: '1.2.3', integrity: 'sha512-a' },
  'node_modules/for-mac': { version: '1.0.0', integrity: 'sha512-m', optional: true },
};
const INSTALLED: Packages = { 'node_modules/a': { version: '1.2.3', integrity: 'sha512-a' } };

function match(installed: Packages | undefined, directories = ['node_modules/a']): unknown {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: LOCKED }));
  for (const directory of directories) mkdirSync(join(root, directory), { recursive: true });
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  if (installed) writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  return evaluate('setup/node-modules.mjs', `m.nodeModulesMatch(${JSON.stringify(root)})`);
}

test('what the lock says is there', () => expect(match(INSTALLED)).toBe(true));

test('an installation that was killed has no record', () => expect(match(undefined)).toBe(false));

test.each<[string, Packages]>([
  ['another version', { 'node_modules/a': { version: '1.2.4', integrity: 'sha512-a' } }],
  ['another content', { 'node_modules/a': { version: '1.2.3', integrity: 'sha512-b' } }],
  ['a package too few', {}],
  ['a package too many', { ...INSTALLED, 'node_modules/b': { version: '1.0.0' } }],
  ['another version of an optional package', { ...INSTALLED, 'node_modules/for-mac': { version: '2.0.0' } }],
])('%s is noticed', (_, installed) => expect(match(installed)).toBe(false));

test('a package whose directory was removed is noticed', () => expect(match(INSTALLED, [])).toBe(false));
