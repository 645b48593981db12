import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A call of an AWS API with a JSON protocol.
 */
export interface RecordedCall {
  /** such as `AmazonSQS.SendMessage`; the method and path of a request to another API. */
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: as the API has it, different for each operation.
  readonly input: any;
}

/** What a service answers to a call: a status, and whatever text; nothing of what it does not have. */
export type Respond = (
  call: RecordedCall,
) => readonly [status: number, body: string] | undefined | Promise<readonly [status: number, body: string]>;

/**
 * An AWS on loopback that takes messages, asks somebody else what all other services answer, and keeps what it was asked
 * for.
 */
export class RecordingAws {
  static async start(respond: Respond): Promise<RecordingAws> {
    const aws = new RecordingAws(respond);
    await new Promise<void>((resolve) => aws.server.listen(0, '127.0.0.1', resolve));
    return aws;
  }

  private calls: RecordedCall[] = [];
  private readonly server: Server;

  private constructor(private readonly respond: Respond) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** The variables by which a function of a platform talks to this AWS and to no other, queues included. */
  environment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const here = Object.entries(variables).map(([name, value]) => [
      name,
      value.replace('https://sqs.us-east-1.amazonaws.com', endpoint),
    ]);
    return {
      ...Object.fromEntries(here),
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
    };
  }

  /** What was called since the last time. */
  takeCalls(): RecordedCall[] {
    const taken = this.calls;
    this.calls = [];
    return taken;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const target = request.headers['x-amz-target'];
    const call: RecordedCall =
      typeof target === 'string'
        ? { operation: target, input: JSON.parse(Buffer.concat(chunks).toString()) }
        : { operation: `${request.method} ${request.url}`, input: undefined };
    this.calls.push(call);
    const [status, body] = await this.answerTo(call);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
  }

  private async answerTo(call: RecordedCall): Promise<readonly [number, string]> {
    if (call.operation === 'AmazonSQS.SendMessage') {
      const MD5OfMessageBody = createHash('md5').update(call.input.MessageBody).digest('hex');
      return [200, JSON.stringify({ MessageId: 'sent', MD5OfMessageBody })];
    }
    if (call.operation === 'AmazonSQS.ChangeMessageVisibility') {
      return [200, '{}'];
    }
    return (await this.respond(call)) ?? [404, '{"__type": "ResourceNotFoundException"}'];
  }
}
