import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { gitHttpClient } from '../../../core/git/git-http-client';

const TLS = join(__dirname, '..', '..', '..', '.sandbox', 'tls');
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(
    { cert: readFileSync(join(TLS, 'server.pem')), key: readFileSync(join(TLS, 'server.key')) },
    listener,
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/team/data.git`;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const limits = { responseBytes: 1000, timeoutSeconds: 2 };

async function get(repository: string, url: string): Promise<string> {
  const { body } = await gitHttpClient(repository, limits).request({ url });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

test('reads from the repository', async () => {
  const repository = await serve((request, response) => response.end(`answer to ${request.url}`));
  await expect(get(repository, `${repository}/info/refs?service=git-upload-pack`)).resolves.toBe(
    'answer to /team/data.git/info/refs?service=git-upload-pack',
  );
});

test.each([
  ['another host', 'https://127.0.0.2:1/team/data.git/info/refs'],
  ['another repository', 'OTHER/info/refs'],
  ['plain http', 'HTTP/info/refs'],
  ['pushing', 'SAME/git-receive-pack'],
  ['a path that climbs', 'SAME/../../other.git/info/refs'],
])('fails to ask for %s, and sends nothing', async (_what, address) => {
  let asked = 0;
  const repository = await serve((_request, response) => {
    asked += 1;
    response.end();
  });
  const url = address
    .replace('SAME', repository)
    .replace('OTHER', repository.replace('team/data', 'team/other'))
    .replace('HTTP', repository.replace('https', 'http'));
  await expect(get(repository, url)).rejects.toMatchObject({ name: 'GitRefused' });
  expect(asked).toBe(0);
});

test.each([
  [429, {}, undefined],
  [429, { 'retry-after': '60' }, 60],
  [403, { 'retry-after': '60' }, 60],
  [403, { 'x-ratelimit-remaining': '0' }, 0],
  [503, { 'retry-after': '5' }, 5],
])(
  'HTTP %i with %j says that there are too many requests, and nothing of the token',
  async (status, headers, asked) => {
    const repository = await serve((_request, response) => response.writeHead(status, headers).end());
    await expect(get(repository, `${repository}/info/refs`)).rejects.toMatchObject({
      name: 'Error',
      status,
      isThrottled: true,
      isRefusal: false,
      retryAfterSeconds: asked,
    });
  },
);

test.each([301, 302, 307, 308])('fails on a redirect (HTTP %i) without following it', async (status) => {
  let followed = 0;
  const elsewhere = await serve((_request, response) => {
    followed += 1;
    response.end();
  });
  const repository = await serve((_request, response) => {
    response.writeHead(status, { location: `${elsewhere}/info/refs` }).end();
  });
  await expect(get(repository, `${repository}/info/refs`)).rejects.toThrow(/redirects are not followed/);
  expect(followed).toBe(0);
});

test.each([
  [401, /refuses the token/],
  [403, /refuses the token/],
  [404, /is not there, or the token may not see it/],
])('fails on HTTP %i and says what to look at', async (status, message) => {
  const repository = await serve((_request, response) => response.writeHead(status).end());
  await expect(get(repository, `${repository}/info/refs`)).rejects.toThrow(message);
});

test.each([400, 429, 500, 503])('fails on HTTP %i, and repeats nothing of the answer', async (status) => {
  const repository = await serve((request, response) => {
    response.writeHead(status, 'glpat-0123').end(`${request.url} glpat-0123`);
  });
  const failure = await get(repository, `${repository}/info/refs`).then(String, String);
  expect(failure).toMatch(new RegExp(`answers with HTTP ${status}$`));
});

test('stops reading after the limit of bytes', async () => {
  const repository = await serve((_request, response) => response.end(Buffer.alloc(limits.responseBytes + 1)));
  await expect(get(repository, `${repository}/info/refs`)).rejects.toMatchObject({ name: 'GitResponseTooLarge' });
});

test('fails on a host that announces more bytes than it sends', async () => {
  const repository = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '900' });
    response.write('abc', () => response.destroy());
  });
  await expect(get(repository, `${repository}/info/refs`)).rejects.toThrow(/aborted|terminated|hang up/);
});

test('takes no more than a host announced, and not what it sends behind it', async () => {
  const repository = await serve((_request, response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabcdef');
  });
  // Node reads three bytes; or the parser refuses the rest before they are handed on. Never the six.
  const answer = await get(repository, `${repository}/info/refs`).catch((error: Error) => error);
  expect(answer instanceof Error || answer === 'abc').toBe(true);
});

test('counts the bytes as they come: what is packed is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(100_000));
  expect(bomb.length).toBeLessThan(limits.responseBytes);
  const repository = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBeUndefined();
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  const client = gitHttpClient(repository, limits);
  const { body } = await client.request({ url: `${repository}/info/refs` });
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
  }
  expect(bytes).toBe(bomb.length);
});

test('counts the bytes of all answers together', async () => {
  const repository = await serve((_request, response) => response.end(Buffer.alloc(600)));
  const client = gitHttpClient(repository, limits);
  const read = async () => {
    const { body } = await client.request({ url: `${repository}/info/refs` });
    for await (const _chunk of body ?? []) {
      // counted by the client.
    }
  };
  await read();
  await expect(read()).rejects.toMatchObject({ name: 'GitResponseTooLarge' });
});

test('gives up on a host that sends a little now and then, for ever', async () => {
  const timers: NodeJS.Timeout[] = [];
  const repository = await serve((_request, response) => {
    response.writeHead(200);
    timers.push(setInterval(() => response.write('x'), 100));
  });
  const begun = Date.now();
  await expect(get(repository, `${repository}/info/refs`)).rejects.toThrow(/aborted/);
  expect(Date.now() - begun).toBeLessThan(2 * limits.timeoutSeconds * 1000);
  timers.forEach(clearInterval);
  for (const server of servers) {
    server.closeAllConnections();
  }
});

test('gives up on a host that does not answer', async () => {
  const repository = await serve(() => {});
  await expect(get(repository, `${repository}/info/refs`)).rejects.toThrow(/aborted/);
  for (const server of servers) {
    server.closeAllConnections();
  }
});
