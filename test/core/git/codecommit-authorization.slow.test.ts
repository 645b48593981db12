import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { codeCommitAuthorization, parseCodeCommitUrl } from '../../../core/git/codecommit-authorization';
import { gitHttpClient } from '../../../core/git/git-http-client';
import { environmentDirectory, tlsDirectory } from '../../../sandbox/project-paths';

const URL_OF_DATA = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data';
const NOW = new Date('2026-01-02T03:04:05.678Z');
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

interface SignIn {
  readonly url: string;
  readonly keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly now: Date;
}

// AWS's own helper for Git, with its clock stopped. It gives an address with user and password in it.
const HELPER = `
import datetime, json, sys
from urllib.parse import unquote, urlsplit
import botocore.credentials, git_remote_codecommit
answers = []
for case in json.load(sys.stdin):
    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime.strptime(case["now"], "%Y-%m-%dT%H:%M:%S.%fZ")
    class Module:
        datetime = Clock
    git_remote_codecommit.datetime = Module
    keys = case["keys"]
    credentials = botocore.credentials.Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys.get("sessionToken"))
    parts = urlsplit(case["url"])
    url = urlsplit(git_remote_codecommit.git_url(parts.path.rsplit("/", 1)[1], "v1", parts.hostname.split(".")[1], credentials))
    assert (url.hostname, url.path) == (parts.hostname, parts.path), url
    answers.append(unquote(url.username) + ":" + unquote(url.password))
json.dump(answers, sys.stdout)
`;

function asHelper(cases: readonly SignIn[]): string[] {
  return JSON.parse(
    execFileSync(join(environmentDirectory('jobs'), 'bin', 'python'), ['-W', 'ignore', '-c', HELPER], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    }),
  ) as string[];
}

async function asWe({ url, keys, now }: SignIn): Promise<string> {
  const repository = parseCodeCommitUrl(url);
  if (!repository) {
    throw new Error(`no CodeCommit address: ${url}`);
  }
  const header = await codeCommitAuthorization(
    repository,
    async () => keys,
    () => now,
  )();
  const [scheme, encoded = ''] = header?.split(' ') ?? [];
  expect(scheme).toBe('Basic');
  return Buffer.from(encoded, 'base64').toString('utf8');
}

test.each([
  ['https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data', 'eu-west-1'],
  ['https://git-codecommit-fips.us-east-1.amazonaws.com/v1/repos/my.data_repo-1', 'us-east-1'],
  ['https://git-codecommit.us-gov-west-1.amazonaws.com/v1/repos/data', 'us-gov-west-1'],
  ['https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/data', 'cn-north-1'],
])('%s is a repository of CodeCommit in %s', (url, region) => {
  expect(parseCodeCommitUrl(url)).toMatchObject({ region });
});

test.each([
  'https://git-codecommit.eu-west-1.amazonaws.com.evil.com/v1/repos/data',
  'https://evil-git-codecommit.eu-west-1.amazonaws.com/v1/repos/data',
  'https://git-codecommit.eu-west-1.amazonaws.com:8443/v1/repos/data',
  'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data/other',
  'https://git-codecommit.eu-west-1.amazonaws.com/data.git',
  'https://git.example.com/v1/repos/data',
  'http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data',
])('%s is signed for by no credentials of AWS', (url) => {
  expect(parseCodeCommitUrl(url)).toBeUndefined();
});

test('user and password are those of AWS’s own helper, whatever keys, session, region, name and time', async () => {
  const text = fc.stringMatching(/^[A-Za-z0-9/+=]{16,60}$/);
  const cases = fc.sample(
    fc
      .record({
        accessKeyId: fc.stringMatching(/^[A-Z0-9]{20}$/),
        secretAccessKey: text,
        sessionToken: fc.option(text, { nil: undefined }),
        region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1'),
        name: fc.stringMatching(/^[A-Za-z0-9._-]{1,30}$/).filter((name) => !/^\.+$/.test(name)),
        now: fc.date({ min: new Date('2020-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
      })
      .map(({ region, name, now, sessionToken, ...keys }) => ({
        url: `https://git-codecommit.${region}.amazonaws.com/v1/repos/${name}`,
        keys: { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) },
        now,
      })),
    { numRuns: 200, seed: 1 },
  );
  expect(await Promise.all(cases.map(asWe))).toEqual(asHelper(cases));
});

test('control: with another secret key the password is another one', async () => {
  const other = { ...KEYS, secretAccessKey: 'other' };
  const theirs = asHelper([{ url: URL_OF_DATA, keys: KEYS, now: NOW }]);
  expect(await asWe({ url: URL_OF_DATA, keys: KEYS, now: NOW })).toBe(theirs[0]);
  expect(await asWe({ url: URL_OF_DATA, keys: other, now: NOW })).not.toBe(theirs[0]);
});

test('a session’s token stands behind the key id, separated by one percent sign, not encoded', async () => {
  const keys = { ...KEYS, sessionToken: 'IQoJ/b3+JpZ2luX2Vj==' };
  const answer = await asWe({ url: URL_OF_DATA, keys, now: NOW });
  expect(answer).toMatch(/^AKIDEXAMPLE%IQoJ\/b3\+JpZ2luX2Vj==:20260102T030405Z[0-9a-f]{64}$/);
});

// the same one as in test/jobs/test_codecommit_login.py.
test('the signature of one moment is the known one', async () => {
  expect(await asWe({ url: URL_OF_DATA, keys: KEYS, now: NOW })).toBe(
    'AKIDEXAMPLE:20260102T030405Z4857a1fdbed7c53dca9949e0045d12d543a79adc7ec64df8f7397c2f2c432c42',
  );
});

test('each request is signed anew', async () => {
  const repository = parseCodeCommitUrl(URL_OF_DATA);
  if (!repository) {
    throw new Error('no CodeCommit address');
  }
  const times = [NOW, new Date(NOW.getTime() + 1000)];
  const authorization = codeCommitAuthorization(
    repository,
    async () => KEYS,
    () => times.shift() ?? NOW,
  );
  expect(await authorization()).not.toBe(await authorization());
});

describe('a host that checks the signature', () => {
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer(
      { cert: readFileSync(join(tlsDirectory, 'server.pem')), key: readFileSync(join(tlsDirectory, 'server.key')) },
      (request, response) => {
        const [, encoded = ''] = request.headers.authorization?.split(' ') ?? [];
        const given = Buffer.from(encoded, 'base64').toString();
        const [user = '', password = ''] = [given.slice(0, given.indexOf(':')), given.slice(given.indexOf(':') + 1)];
        const [accessKeyId = '', ...token] = user.split('%');
        const time = password.slice(0, 15).replace(/^(....)(..)(..T..)(..)(..)$/, '$1-$2-$3:$4:$5.000Z');
        const [expected] = asHelper([
          {
            url: URL_OF_DATA,
            keys: { ...KEYS, accessKeyId, ...(token.length > 0 ? { sessionToken: token.join('%') } : {}) },
            now: new Date(time),
          },
        ]);
        response.writeHead(given === expected ? 200 : 403).end('refs');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function ask(keys: SignIn['keys']): Promise<number> {
    const repository = parseCodeCommitUrl(URL_OF_DATA);
    const authorization =
      repository &&
      (await codeCommitAuthorization(
        repository,
        async () => keys,
        () => NOW,
      )());
    const url = `${origin}/v1/repos/data`;
    const client = gitHttpClient(url, { responseBytes: 1000, timeoutSeconds: 20 });
    const { statusCode, body } = await client.request({
      url: `${url}/info/refs?service=git-upload-pack`,
      headers: { authorization: authorization ?? '' },
    });
    for await (const _chunk of body ?? []) {
      // read to the end, so that the connection closes.
    }
    return statusCode;
  }

  test('accepts it as our client sends it', async () => {
    await expect(ask({ ...KEYS, sessionToken: 'IQoJ/b3+JpZ2luX2Vj==' })).resolves.toBe(200);
  });

  test('control: refuses it with another secret key', async () => {
    await expect(ask({ ...KEYS, secretAccessKey: 'other' })).rejects.toMatchObject({ name: 'GitRefused' });
  });
});
