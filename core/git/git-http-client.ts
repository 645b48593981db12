import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import { HttpError } from '../http/http-error';
import { type RateLimit, rateLimit } from '../http/rate-limit';
import { retryAfterSeconds } from '../http/retry-after';
import { GitRefused, GitResponseTooLarge } from './git-errors';

export interface GitHttpLimits {
  /** bytes in all responses together. */
  readonly responseBytes: number;
  /** for one request, from its start to the end of its body. */
  readonly timeoutSeconds: number;
}

/**
 * Talks to one repository at one host, and to nothing else.
 *
 * The client that comes with isomorphic-git follows redirects to other hosts, and keeps the Authorization header for
 * the same host name on another port; this one follows none, and sends only https, only below the repository's path.
 */
export function gitHttpClient(
  repositoryUrl: string,
  limits: GitHttpLimits,
  limited: RateLimit = rateLimit(),
): HttpClient {
  let bytesLeft = limits.responseBytes;

  async function* bounded(body: IncomingMessage): AsyncGenerator<Uint8Array> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytesLeft -= chunk.length;
      if (bytesLeft < 0) {
        body.destroy();
        throw new GitResponseTooLarge(`${repositoryUrl} sends more than ${limits.responseBytes} bytes`);
      }
      yield chunk;
    }
  }

  return {
    async request({ url, method = 'GET', headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const target = assertWithin(repositoryUrl, url);
      const payload = body ? Buffer.concat(await collect(body)) : undefined;
      const response = await limited(async () => {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          const outgoing = httpsRequest(
            target,
            {
              method,
              headers: payload ? { ...headers, 'content-length': String(payload.length) } : headers,
              agent: false,
              signal: AbortSignal.timeout(limits.timeoutSeconds * 1000),
            },
            resolve,
          );
          outgoing.on('error', reject);
          outgoing.end(payload);
        });
        assertUsable(repositoryUrl, answer);
        return answer;
      });
      return {
        url,
        method,
        statusCode: response.statusCode ?? 0,
        statusMessage: response.statusMessage ?? '',
        headers: singleValued(response),
        body: bounded(response),
      };
    },
  };
}

function assertWithin(repositoryUrl: string, url: string): URL {
  const allowed = new URL(repositoryUrl);
  const target = new URL(url);
  const within =
    target.protocol === 'https:' &&
    target.origin === allowed.origin &&
    target.username === '' &&
    target.password === '' &&
    (target.pathname === `${allowed.pathname}/info/refs` || target.pathname === `${allowed.pathname}/git-upload-pack`);
  if (!within) {
    throw new GitRefused(
      `a request for ${repositoryUrl} must stay https, on its host and below its path, got ${target.origin}${target.pathname}`,
    );
  }
  return target;
}

function assertUsable(repositoryUrl: string, response: IncomingMessage): void {
  const status = response.statusCode ?? 0;
  if (status === 200) {
    return;
  }
  // isomorphic-git would put the whole answer into its error, and a host may repeat the request with its token in it.
  response.destroy();
  const error = new HttpError(`${repositoryUrl} answers with HTTP ${status}`, {
    status,
    retryAfterSeconds: askedDelaySeconds(response),
  });
  const reason =
    status >= 300 && status < 400
      ? 'redirects, and redirects are not followed; configure the address it redirects to'
      : status === 401 || status === 403
        ? 'refuses the token; check that the secret holds a valid one that may read this repository'
        : status === 404
          ? 'is not there, or the token may not see it'
          : undefined;
  throw reason && !error.isThrottled ? new GitRefused(`${repositoryUrl} ${reason} (HTTP ${status})`) : error;
}

// GitHub answers 403 both to a token without rights and to one that asks too often, and says which by these headers.
function askedDelaySeconds({ headers }: IncomingMessage): number | undefined {
  const asked = retryAfterSeconds(headers['retry-after'], new Date());
  return asked ?? (headers['x-ratelimit-remaining'] === '0' ? 0 : undefined);
}

function singleValued(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
  }
  return chunks;
}
