import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';

export interface Version {
  readonly id: string;
  readonly bytes: Buffer | undefined;
  readonly storedAt: string;
}

/**
 * As much of S3 as evidence needs, on loopback: what the real client sends is what is looked at.
 */
export class LocalS3 {
  readonly objects = new Map<string, Version[]>();
  readonly puts: { key: string; headers: IncomingMessage['headers'] }[] = [];
  /** answers to the next requests to put, before they are looked at. */
  readonly failures: { status: number; code: string; storesFirst?: boolean }[] = [];
  keepsVersions = true;
  pageSize = 1000;
  /** when what comes is stored; for ever the same moment where nobody says otherwise. */
  now = () => '2026-01-02T03:04:05.000Z';
  private count = 0;
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private running: S3Client | undefined;

  async start(): Promise<S3Client> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    this.running = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
      maxAttempts: 1,
    });
    return this.running;
  }

  async stop(): Promise<void> {
    this.running?.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  add(key: string, bytes: Buffer | undefined): string {
    this.count += 1;
    const id = `v${this.count}`;
    this.objects.set(key, [{ id, bytes, storedAt: this.now() }, ...(this.objects.get(key) ?? [])]);
    return id;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const body = await bodyOf(request);
    if (request.method === 'PUT') {
      this.put(key, body, request, response);
    } else if (url.searchParams.has('versions')) {
      this.list(url.searchParams, response);
    } else {
      this.get(key, url.searchParams.get('versionId'), response);
    }
  }

  private put(key: string, body: Buffer, request: IncomingMessage, response: ServerResponse): void {
    this.puts.push({ key, headers: request.headers });
    const failure = this.failures.shift();
    if (failure) {
      if (failure.storesFirst) {
        this.add(key, body);
      }
      fail(response, failure.status, failure.code);
      return;
    }
    const current = this.objects.get(key)?.[0];
    if (request.headers['if-none-match'] === '*' && current?.bytes) {
      fail(response, 412, 'PreconditionFailed');
      return;
    }
    if (request.headers['x-amz-checksum-sha256'] !== createHash('sha256').update(body).digest('base64')) {
      fail(response, 400, 'BadDigest');
      return;
    }
    const id = this.add(key, body);
    response.writeHead(200, this.keepsVersions ? { 'x-amz-version-id': id } : {}).end();
  }

  private get(key: string, versionId: string | null, response: ServerResponse): void {
    const versions = this.objects.get(key) ?? [];
    const found = versionId === null ? versions[0] : versions.find(({ id }) => id === versionId);
    if (found?.bytes) {
      const version = this.keepsVersions ? { 'x-amz-version-id': found.id } : {};
      response.writeHead(200, { 'content-length': found.bytes.length, ...version }).end(found.bytes);
    } else {
      fail(response, 404, versionId === null ? 'NoSuchKey' : 'NoSuchVersion');
    }
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const encode = (text: string) =>
      query.get('encoding-type') === 'url' ? encodeURIComponent(text).replace(/%20/g, '+') : text;
    const all = [...this.objects]
      .filter(([key]) => key.startsWith(query.get('prefix') ?? ''))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, versions]) => versions.map((version) => ({ key, ...version })));
    const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker')];
    // as S3 does: with a key alone, its versions are left out as well.
    const before = all.filter(({ key }) => key < keyMarker || (key === keyMarker && idMarker === null));
    const start = idMarker ? all.findIndex(({ key, id }) => key === keyMarker && id === idMarker) + 1 : before.length;
    const page = all.slice(start, start + this.pageSize);
    const last = page.at(-1);
    const entries = page.map(({ key, id, bytes, storedAt }) => {
      const common = `<Key>${encode(key)}</Key><VersionId>${id}</VersionId><LastModified>${storedAt}</LastModified>`;
      return bytes
        ? `<Version>${common}<Size>${bytes.length}</Size></Version>`
        : `<DeleteMarker>${common}</DeleteMarker>`;
    });
    const more =
      last && start + page.length < all.length
        ? `<IsTruncated>true</IsTruncated><NextKeyMarker>${encode(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.id}</NextVersionIdMarker>`
        : '<IsTruncated>false</IsTruncated>';
    const encoding = query.has('encoding-type') ? '<EncodingType>url</EncodingType>' : '';
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(`<ListVersionsResult>${encoding}${more}${entries.join('')}</ListVersionsResult>`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function fail(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
