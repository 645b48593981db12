import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, type RequestOptions, request as requestOf, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessKeyOf, type Certificate, readBody } from './https';

export interface ProxiedRequest {
  readonly method: string;
  /** with the query. */
  readonly path: string;
  /** the operation of a service that names it in this header. */
  readonly target: string;
}

/**
 * What becomes of a request: it passes, is dropped, is answered in the place of the service, or waits.
 */
export type Verdict =
  | 'pass'
  | 'drop'
  | { readonly status: number; readonly body: string }
  | { readonly waitMilliseconds: number };

export interface ProxyOptions {
  readonly upstream: string;
  readonly certificate: Certificate;
  /** what a request writes at the service; undefined where it only reads. */
  writes(request: ProxiedRequest): string | undefined;
  /** Told of each write that the service took; true where the answer must not come back. */
  afterWrite(accessKeyId: string, what: string): boolean;
}

const REFUSED = [401, 403, 429, 500, 502, 503];

/**
 * Stands between functions and a service. The requests stay as they are, the Host header among them, so that signatures
 * hold.
 */
export class FaultProxy {
  static async start(options: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true });
  private fault: (request: ProxiedRequest) => Verdict = () => 'pass';
  private taken = new Map<string, number>();
  private met = 0;

  private constructor(private readonly options: ProxyOptions) {
    this.server = createServer(options.certificate, (request, response) => {
      this.handle(request, response).catch(() => request.socket.destroy());
    });
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  setFault(fault: (request: ProxiedRequest) => Verdict): void {
    this.fault = fault;
  }

  clear(): void {
    this.fault = () => 'pass';
  }

  /** How many requests have met a fault so far, of ours or of the service. */
  get faultsMet(): number {
    return this.met;
  }

  /** The writes that the service took since it was asked last, by what was written. */
  takeWrites(): Map<string, number> {
    const taken = this.taken;
    this.taken = new Map();
    return taken;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const seen: ProxiedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      target: String(request.headers['x-amz-target'] ?? ''),
    };
    const verdict = this.fault(seen);
    this.met += verdict === 'pass' ? 0 : 1;
    if (verdict === 'drop') {
      request.socket.destroy();
      return;
    }
    if (typeof verdict === 'object' && 'status' in verdict) {
      response.writeHead(verdict.status, { 'content-length': Buffer.byteLength(verdict.body) });
      response.end(verdict.body);
      return;
    }
    if (typeof verdict === 'object') {
      await sleep(verdict.waitMilliseconds);
    }
    const answer = await this.forward(request, body);
    const { statusCode = 502 } = answer;
    this.met += verdict === 'pass' && REFUSED.includes(statusCode) ? 1 : 0;
    const what = statusCode < 300 ? this.options.writes(seen) : undefined;
    if (what !== undefined) {
      this.taken.set(what, (this.taken.get(what) ?? 0) + 1);
      if (this.options.afterWrite(accessKeyOf(request.headers.authorization), what)) {
        answer.destroy();
        request.socket.destroy();
        return;
      }
    }
    response.writeHead(statusCode, answer.headers);
    answer.pipe(response);
  }

  private forward(request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { protocol, hostname, port } = new URL(this.options.upstream);
    const { method, url: path, headers } = request;
    const options: RequestOptions = { protocol, hostname, port, method, path, headers, agent: this.agent };
    return new Promise((resolve, reject) => {
      const outgoing = requestOf(options, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
