import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { evaluate } from './evaluate';

const DAY = 24 * 60 * 60 * 1000;
const made = resolve(__dirname, '..', '..', '.sandbox', 'tls');

let directory: string;

beforeEach(() => {
  if (!existsSync(made)) throw new Error('there is no certificate to try: run npm run setup');
  directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  cpSync(made, directory, { recursive: true });
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function isReady(daysLater = 0): unknown {
  const now = Date.now() + daysLater * DAY;
  return evaluate('setup/certificates.mjs', `m.certificatesAreReady(${JSON.stringify(directory)}, ${now})`);
}

test('a valid certificate is kept', () => expect(isReady()).toBe(true));

test('one that ends soon is not', () => expect(isReady(360)).toBe(false));

test.each(['ca.pem', 'server.pem', 'server.key'])('without %s it is made anew', (name) => {
  rmSync(join(directory, name));
  expect(isReady()).toBe(false);
});

test.each(['ca.pem', 'server.pem', 'server.key'])('with a damaged %s it is made anew', (name) => {
  writeFileSync(join(directory, name), 'damaged');
  expect(isReady()).toBe(false);
});
