import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { finish } from '../../../sandbox/walk/run-program';
import { PROJECT } from '../../project-files';

const MD5 = '7f08d2d2b3dd1cf0b1f8dc5c4fa2c3bb.dir';
const PEAK_KIB = 700 * 1024;

jest.setTimeout(120_000);

const entry = (index: number) => `{"md5": "${'0'.repeat(32)}", "relpath": "${String(index).padStart(8, '0')}.jpg"}`;
const sizeOf = (entries: number) => entries * (entry(0).length + 2);

let server: Server;
let entries: number;
let sent: number;

/** Sends a listing piece by piece, as long as somebody reads it. */
async function sendListing(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-length': sizeOf(entries) });
  for (let at = 0; at < entries && !response.destroyed; at += 10_000) {
    const some = [...Array(Math.min(10_000, entries - at)).keys()].map((index) => entry(at + index));
    const piece = `${at === 0 ? '[' : ', '}${some.join(', ')}${at + 10_000 >= entries ? ']' : ''}`;
    sent += piece.length;
    if (!response.write(piece)) {
      await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
  }
  response.end();
}

beforeAll(async () => {
  server = createServer((_request, response) => {
    sendListing(response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function tell(count: number) {
  [entries, sent] = [count, 0];
  const { port } = server.address() as AddressInfo;
  const program = join(__dirname, 'large-listing-process.ts');
  const args = ['--import', 'tsx', program, `http://127.0.0.1:${port}`, MD5];
  const { output, errors, code } = await finish(process.execPath, args, {
    cwd: PROJECT,
    environment: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
  });
  expect([errors, code]).toEqual(['', 0]);
  return JSON.parse(output);
}

test('a listing of two million entries is told as too large, and is not fetched', async () => {
  const { objects, links, peakKiB } = await tell(2_000_000);
  expect(objects).toEqual({ kind: 'too-large' });
  expect(links).toEqual([
    expect.objectContaining({
      outcome: 'not-compared',
      problem: 'listing-too-large',
      check: 'its listing is larger than is read; what it names was not told',
    }),
  ]);
  // what the sockets hold.
  expect(sent).toBeLessThan(sizeOf(2_000_000) / 10);
  expect(peakKiB).toBeLessThan(PEAK_KIB);
});

test('control: the largest one that is read is counted whole, of which only the first are held', async () => {
  const { objects, links, peakKiB } = await tell(800_000);
  expect(objects).toMatchObject({ kind: 'listed', count: 800_000 });
  expect(objects.first).toHaveLength(5);
  expect(links).toEqual([]);
  expect(sent).toBe(sizeOf(800_000));
  expect(peakKiB).toBeLessThan(PEAK_KIB);
});
