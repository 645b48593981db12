import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/instance';

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * The certificate of a sandbox for the loopback address, which all its clients trust.
 */
export function certificateOf(sandbox: Sandbox): Certificate {
  const read = (file: string) => readFileSync(join(sandbox.directory, 'tls', file));
  return { cert: read('server.pem'), key: read('server.key') };
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/**
 * Who signed a request; empty where nobody did.
 */
export function accessKeyOf(authorization: string | undefined): string {
  return /Credential=([A-Z0-9]+)\//.exec(authorization ?? '')?.[1] ?? '';
}
