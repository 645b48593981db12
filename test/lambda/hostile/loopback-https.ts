import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tlsDirectory } from '../../../sandbox/project-paths';

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface GivenAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** in pieces where it is not to be held at once, or has no end. */
  readonly body: Buffer | string | Iterable<Buffer>;
}

/**
 * A host on loopback that answers each request as somebody else says.
 */
export class LoopbackHttps {
  static async start(answer: (request: SeenRequest) => Promise<GivenAnswer>): Promise<LoopbackHttps> {
    const host = new LoopbackHttps(answer);
    await new Promise<void>((resolve) => host.server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  private readonly server: Server;

  private constructor(private readonly answer: (request: SeenRequest) => Promise<GivenAnswer>) {
    const read = (file: string) => readFileSync(join(tlsDirectory, file));
    this.server = createServer({ cert: read('server.pem'), key: read('server.key') }, (request, response) => {
      this.serve(request, response).catch(() => request.socket.destroy());
    });
  }

  get origin(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) {
      pieces.push(piece as Buffer);
    }
    const { status, headers, body } = await this.answer({
      method: request.method ?? '',
      url: new URL(request.url ?? '/', this.origin),
      headers: request.headers,
      body: Buffer.concat(pieces),
    });
    response.writeHead(status, headers);
    if (typeof body === 'string' || Buffer.isBuffer(body)) {
      response.end(body);
      return;
    }
    for (const piece of body) {
      if (response.destroyed) {
        return;
      }
      if (!response.write(piece)) {
        await new Promise<void>((resolve) => {
          response.once('drain', resolve).once('close', resolve);
        });
      }
    }
    response.end();
  }
}
