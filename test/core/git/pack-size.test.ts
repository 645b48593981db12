import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { requireBoundedPack } from '../../../core/git/pack-size';

const MANY = 2 ** 30;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-size-'));
  git(['init', '--quiet']);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function git(args: string[], input: string | Buffer = ''): Buffer {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', args, { cwd: folder, env, input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Packs files as git does, deltas included. */
function packOf(contents: Buffer[], ...options: string[]): Buffer {
  const ids = contents.map((content) => git(['hash-object', '-w', '--stdin'], content).toString().trim());
  return git(['pack-objects', '--stdout', '--quiet', ...options], `${ids.join('\n')}\n`);
}

const line = (content: Buffer) =>
  Buffer.concat([Buffer.from((content.length + 4).toString(16).padStart(4, '0')), content]);

/** An answer as a Git host sends it. */
function answerWith(pack: Buffer, piece = 999): Buffer {
  const lines = [line(Buffer.from('NAK\n')), line(Buffer.from('\x02Counting objects\n'))];
  for (let start = 0; start < pack.length; start += piece) {
    lines.push(line(Buffer.concat([Buffer.from([1]), pack.subarray(start, start + piece)])));
  }
  return Buffer.concat([...lines, Buffer.from('0000')]);
}

// a pack with one object whose header is written by hand; the library that unpacks would look at the checksum behind it.
function packWith(header: number[], compressed: Buffer): Buffer {
  const start = Buffer.from([...Buffer.from('PACK'), 0, 0, 0, 2, 0, 0, 0, 1]);
  return Buffer.concat([start, Buffer.from(header), compressed, Buffer.alloc(20)]);
}

test('a pack of git itself passes up to the bytes that are in it, and not below', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 5, selector: String }),
      (contents) => {
        const answer = answerWith(packOf(contents.map(Buffer.from), '--window=0'));
        const bytes = contents.reduce((sum, content) => sum + content.length, 0);
        requireBoundedPack(answer, bytes);
        expect(() => requireBoundedPack(answer, bytes - 1)).toThrow(/unpacks to more than/);
      },
    ),
    { numRuns: 15 },
  );
});

test('what a delta stands for counts', () => {
  const one = Buffer.from(Array.from({ length: 5000 }, (_, index) => `line ${index * 7919}\n`).join(''));
  const other = Buffer.concat([one, Buffer.from('more\n')]);
  const pack = packOf([one, other], '--delta-base-offset');
  const answer = answerWith(pack);
  requireBoundedPack(answer, MANY);
  expect(() => requireBoundedPack(answer, one.length + other.length - 1)).toThrow(/unpacks to more than/);
});

test('an answer without a pack passes', () => {
  requireBoundedPack(Buffer.concat([line(Buffer.from('NAK\n')), Buffer.from('0000')]), 0);
});

test.each([
  ['an object that is larger than it says', packWith([0x31], deflateSync(Buffer.alloc(1000)))],
  ['an object that is smaller than it says', packWith([0x3f], deflateSync(Buffer.alloc(1)))],
  ['an object that is not packed', packWith([0x31], Buffer.from('not packed'))],
  ['a pack that ends early', packOfNothing().subarray(0, 12)],
  ['a pack of another name', Buffer.from('KCAP00000000')],
])('fails on %s', (_what, pack) => {
  expect(() => requireBoundedPack(answerWith(pack), MANY)).toThrow(/the Git host sent/);
});

function packOfNothing(): Buffer {
  return packWith([], Buffer.alloc(0));
}

test.each([
  ['a line that is longer than the answer', Buffer.from('ffffabc')],
  ['a line without a length', Buffer.from('what')],
  ['a pack outside of its band', Buffer.concat([line(Buffer.from('NAK\n')), line(Buffer.from('PACK1234'))])],
  ['a pack without lines', Buffer.concat([line(Buffer.from('NAK\n')), Buffer.from('PACK\0\0\0\x02')])],
])('fails on an answer with %s', (_what, answer) => {
  expect(() => requireBoundedPack(answer, MANY)).toThrow(/the Git host sent/);
});

test('an object that says it is enormous is refused before anything is unpacked', () => {
  const header = [0xb0, 0xff, 0xff, 0xff, 0x7f];
  expect(() => requireBoundedPack(answerWith(packWith(header, deflateSync(Buffer.alloc(1)))), 1000)).toThrow(
    /unpacks to more than/,
  );
});
