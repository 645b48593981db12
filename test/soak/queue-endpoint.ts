import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { accessKeyOf, type Certificate, readBody } from './https';
import type { Queue } from './queue';

const ACCOUNT = '111122223333';

const Attributes = z.record(z.string(), z.object({ StringValue: z.string() })).default({});
const Sent = z.object({ QueueUrl: z.string(), MessageBody: z.string(), MessageAttributes: Attributes });
const Changed = z.object({ QueueUrl: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number() });

/**
 * Serves the operations of SQS that functions call, for queues of our own.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
export class QueueEndpoint {
  static async start(
    queues: readonly Queue[],
    certificate: Certificate,
    afterWrite: (accessKeyId: string, what: string) => boolean,
  ): Promise<QueueEndpoint> {
    const byName = new Map(queues.map((queue) => [queue.name, queue]));
    const server = createServer(certificate, async (request, response) => {
      const operation = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
      const answer = perform(operation, JSON.parse((await readBody(request)).toString()), byName);
      if (afterWrite(accessKeyOf(request.headers.authorization), operation)) {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer.document));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new QueueEndpoint(server);
  }

  private constructor(private readonly server: Server) {}

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  urlOf(queue: Queue): string {
    return `${this.url}/${ACCOUNT}/${queue.name}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

interface Answer {
  readonly status: number;
  readonly document: unknown;
}

function perform(operation: string, document: unknown, queues: ReadonlyMap<string, Queue>): Answer {
  switch (operation) {
    case 'SendMessage': {
      const { QueueUrl, MessageBody, MessageAttributes } = Sent.parse(document);
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
      const MessageId = queueOf(QueueUrl, queues).send(MessageBody, Object.fromEntries(attributes));
      // the SDK compares it with what it sent.
      const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
      return { status: 200, document: { MessageId, MD5OfMessageBody } };
    }
    case 'ChangeMessageVisibility': {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout } = Changed.parse(document);
      return queueOf(QueueUrl, queues).changeVisibility(ReceiptHandle, VisibilityTimeout)
        ? { status: 200, document: {} }
        : { status: 400, document: { __type: 'com.amazonaws.sqs#MessageNotInflight' } };
    }
    default:
      return { status: 400, document: { __type: 'com.amazonaws.sqs#UnsupportedOperation', message: operation } };
  }
}

function queueOf(url: string, queues: ReadonlyMap<string, Queue>): Queue {
  const queue = queues.get(url.split('/').at(-1) ?? '');
  if (!queue) {
    throw new Error(`there is no queue ${url}`);
  }
  return queue;
}
