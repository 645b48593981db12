import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'package-index-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function uvEnvironment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment = { PIP_CONFIG_FILE: join(home, 'absent'), ...variables };
  return evaluate('setup/package-index.mjs', `m.uvEnvironment(${JSON.stringify(environment)})`) as NodeJS.ProcessEnv;
}

test('variables of pip are said in the words of uv', () => {
  expect(
    uvEnvironment({ PIP_INDEX_URL: 'https://i/simple', PIP_EXTRA_INDEX_URL: 'https://e/simple', PIP_CERT: '/c.pem' }),
  ).toMatchObject({ UV_DEFAULT_INDEX: 'https://i/simple', UV_INDEX: 'https://e/simple', SSL_CERT_FILE: '/c.pem' });
});

test('what is said to uv is kept', () => {
  const said = { UV_DEFAULT_INDEX: 'https://uv/simple', SSL_CERT_FILE: '/uv.pem' };
  expect(uvEnvironment({ ...said, PIP_INDEX_URL: 'https://i/simple', PIP_CERT: '/c.pem' })).toMatchObject(said);
  expect(uvEnvironment({ UV_INDEX_URL: 'https://old/simple' })).toMatchObject({
    UV_DEFAULT_INDEX: 'https://old/simple',
  });
});

test('a configuration file of pip is read, and variables win over it', () => {
  const file = join(home, 'pip.conf');
  writeFileSync(file, '[global]\nindex-url = https://f/simple\ncert=/f.pem\n[list]\nindex-url = https://no/simple\n');
  expect(uvEnvironment({ PIP_CONFIG_FILE: file })).toMatchObject({
    UV_DEFAULT_INDEX: 'https://f/simple',
    SSL_CERT_FILE: '/f.pem',
  });
  expect(uvEnvironment({ PIP_CONFIG_FILE: file, PIP_INDEX_URL: 'https://i/simple' })).toMatchObject({
    UV_DEFAULT_INDEX: 'https://i/simple',
  });
});

test('without settings nothing is said, and an active environment is not passed on', () => {
  const environment = uvEnvironment({ VIRTUAL_ENV: '/somewhere', PATH: '/bin' });
  expect(environment).not.toHaveProperty('UV_DEFAULT_INDEX');
  expect(environment).not.toHaveProperty('SSL_CERT_FILE');
  expect(environment).not.toHaveProperty('VIRTUAL_ENV');
  expect(environment.PATH).toBe('/bin');
});
