import { inflateSync } from 'node:zlib';
import { GitRefused, GitResponseTooLarge } from './git-errors';

const FLUSH_AND_DELIMITERS = 3;
const PACK_BAND = 1;
const PROGRESS_BAND = 2;
const ERROR_BAND = 3;

const PACK_HEADER_BYTES = 12;
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;
const OBJECT_ID_BYTES = 20;

/**
 * Makes sure that a pack unpacks to a bounded number of bytes, before the library that reads it unpacks it in memory.
 *
 * @param answer of the host to a fetch; one without a pack passes
 * @throws GitResponseTooLarge
 * @see https://git-scm.com/docs/gitformat-pack
 */
export function requireBoundedPack(answer: Buffer, limitBytes: number): void {
  const pack = packIn(answer);
  if (pack.length === 0) {
    return;
  }
  if (pack.length < PACK_HEADER_BYTES || pack.toString('latin1', 0, 4) !== 'PACK') {
    throw new GitRefused('the Git host sent no pack where one belongs');
  }
  const objects = pack.readUInt32BE(8);
  let [position, bytesLeft] = [PACK_HEADER_BYTES, limitBytes];
  for (let index = 0; index < objects; index += 1) {
    const { type, size, end } = objectHeader(pack, position);
    bytesLeft -= size;
    if (bytesLeft < 0) {
      throw tooLarge(limitBytes);
    }
    const { content, consumed } = inflate(pack.subarray(end), size);
    if (type === OFFSET_DELTA || type === REFERENCE_DELTA) {
      // a few bytes of a delta may stand for a copy of everything before it.
      bytesLeft -= deltaResultSize(content);
      if (bytesLeft < 0) {
        throw tooLarge(limitBytes);
      }
    }
    position = end + consumed;
  }
}

// an answer is made of lines that begin with their length; of those that belong to a band, the next byte says which
// (https://git-scm.com/docs/protocol-common#_pkt_line_format, https://git-scm.com/docs/gitprotocol-pack#_packfile_data).
function packIn(answer: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let position = 0; position < answer.length; ) {
    const digits = answer.toString('latin1', position, position + 4);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
    if (length === undefined || position + length > answer.length) {
      throw new GitRefused('the Git host sent an answer that is not in the form of its protocol');
    }
    if (length <= FLUSH_AND_DELIMITERS) {
      position += 4;
      continue;
    }
    const line = answer.subarray(position + 4, position + length);
    if (line[0] === PACK_BAND) {
      pieces.push(line.subarray(1));
    } else if (line[0] !== PROGRESS_BAND && line[0] !== ERROR_BAND && line.toString('latin1', 0, 4) === 'PACK') {
      throw new GitRefused('the Git host sent a pack outside of its band');
    }
    position += length;
  }
  return Buffer.concat(pieces);
}

function objectHeader(pack: Buffer, start: number): { type: number; size: number; end: number } {
  const first = byteAt(pack, start);
  const type = (first >> 4) & 7;
  let [size, factor, end] = [first & 15, 16, start + 1];
  for (let more = first >= 128; more; end += 1) {
    const byte = byteAt(pack, end);
    size += (byte & 127) * factor;
    factor *= 128;
    more = byte >= 128;
  }
  if (type === REFERENCE_DELTA) {
    end += OBJECT_ID_BYTES;
  } else if (type === OFFSET_DELTA) {
    while (byteAt(pack, end) >= 128) {
      end += 1;
    }
    end += 1;
  }
  return { type, size, end };
}

function inflate(compressed: Buffer, size: number): { content: Buffer; consumed: number } {
  try {
    // one byte more than announced, so that an object that is larger than it says is found out.
    const options = { info: true, maxOutputLength: size + 1 };
    const { buffer, engine } = inflateSync(compressed, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (buffer.length !== size) {
      throw new GitRefused(`the Git host sent an object of ${buffer.length} bytes that says it has ${size}`);
    }
    return { content: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    throw error instanceof GitRefused
      ? error
      : new GitRefused('the Git host sent an object that is not what it says', { cause: error });
  }
}

// a delta begins with the size of what it is applied to, and of what comes out.
function deltaResultSize(delta: Buffer): number {
  let position = 0;
  while (byteAt(delta, position) >= 128) {
    position += 1;
  }
  let [size, factor] = [0, 1];
  for (let more = true; more; ) {
    position += 1;
    const byte = byteAt(delta, position);
    size += (byte & 127) * factor;
    factor *= 128;
    more = byte >= 128;
  }
  return size;
}

function byteAt(bytes: Buffer, position: number): number {
  const byte = bytes[position];
  if (byte === undefined) {
    throw new GitRefused('the Git host sent a pack that ends early');
  }
  return byte;
}

function tooLarge(limitBytes: number): GitResponseTooLarge {
  return new GitResponseTooLarge(`what the Git host sends unpacks to more than ${limitBytes} bytes`);
}
