import type { SQSClient } from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { PARKED_BECAUSE, PARKING_REASONS, type ParkedBecause } from '../../../core/delivery/failures';
import { redrive } from '../../../core/delivery/redrive';

const QUEUES = { work: 'https://sqs/work', parking: 'https://sqs/parking' };
const NOW = new Date('2026-03-01T12:00:00Z');
const ID = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';

interface Stored {
  readonly body: string;
  readonly sentAt: number;
  readonly attributes: Record<string, string>;
  visible: boolean;
}

/** Two queues as SQS keeps them: what is received is hidden, and gone once it is deleted. */
class FakeSqs {
  readonly parked = new Map<string, Stored>();
  readonly work: { body: string; correlationId: string }[] = [];
  /** in which order things were done. */
  readonly done: string[] = [];
  /** what fails, by the number of its call. */
  fails?: (operation: string) => boolean;

  park(body: string, attributes: Record<string, string>, sentAt = NOW.getTime() - 60_000): void {
    this.parked.set(`m-${this.parked.size}`, { body, sentAt, attributes, visible: true });
  }

  get client(): SQSClient {
    return { send: (command: { input: Record<string, never> }) => this.answer(command) } as never;
  }

  // as SQS's own client: the name of the command is the operation.
  private async answer(command: { input: Record<string, never> }): Promise<unknown> {
    const operation = command.constructor.name.replace('Command', '');
    const input = command.input as unknown as Record<string, string> & {
      MessageAttributes: Record<string, { StringValue: string }>;
    };
    if (this.fails?.(operation)) {
      throw new Error(`${operation} failed`);
    }
    const handle = input.ReceiptHandle ?? '';
    this.done.push(`${operation} ${handle || input.MessageBody || ''}`.trim());
    if (operation === 'ReceiveMessage') {
      return { Messages: this.receive() };
    }
    if (operation === 'SendMessage') {
      expect(input.QueueUrl).toBe(QUEUES.work);
      this.work.push({
        body: input.MessageBody ?? '',
        correlationId: input.MessageAttributes['correlation-id']?.StringValue ?? '',
      });
    }
    if (operation === 'DeleteMessage') {
      this.parked.delete(handle);
    }
    const hidden = this.parked.get(handle);
    if (operation === 'ChangeMessageVisibility' && hidden) {
      hidden.visible = true;
    }
    return {};
  }

  private receive(): unknown[] {
    const visible = [...this.parked].filter(([, { visible }]) => visible).slice(0, 10);
    return visible.map(([id, message]) => {
      message.visible = false;
      return {
        MessageId: id,
        ReceiptHandle: id,
        Body: message.body,
        Attributes: { SentTimestamp: String(message.sentAt) },
        MessageAttributes: Object.fromEntries(
          Object.entries(message.attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      };
    });
  }
}

const because = (reason: ParkedBecause): Record<string, string> =>
  reason === 'not-delivered'
    ? { RULE_ARN: 'arn:rule', ERROR_MESSAGE: 'no rights' }
    : reason === 'unnamed'
      ? {}
      : { reason, explanation: `about ${reason}` };

test('everything goes back, is said by its reason, and keeps its correlation id', async () => {
  const sqs = new FakeSqs();
  sqs.park('one', { ...because('git-refused'), 'correlation-id': ID });
  sqs.park('two', because('not-delivered'), NOW.getTime() - 120_000);
  sqs.park('three', because('unnamed'));
  await expect(redrive(sqs.client, QUEUES, { isPlan: false }, NOW)).resolves.toEqual([
    expect.objectContaining({
      because: 'git-refused',
      messages: 1,
      sent: 1,
      explanation: 'about git-refused',
      correlationId: ID,
    }),
    expect.objectContaining({
      because: 'not-delivered',
      sent: 1,
      explanation: 'no rights',
      oldest: new Date(NOW.getTime() - 120_000),
    }),
    expect.objectContaining({ because: 'unnamed', sent: 1, correlationId: 'm-2' }),
  ]);
  expect(sqs.work.map(({ body }) => body).sort()).toEqual(['one', 'three', 'two']);
  expect(sqs.work.find(({ body }) => body === 'one')?.correlationId).toBe(ID);
  expect(sqs.parked.size).toBe(0);
});

test('a plan sends nothing, and leaves everything where it was, to be received', async () => {
  const sqs = new FakeSqs();
  for (let index = 0; index < 25; index += 1) {
    sqs.park(`body-${index}`, because('git-refused'));
  }
  await expect(redrive(sqs.client, QUEUES, { isPlan: true }, NOW)).resolves.toMatchObject([{ messages: 25, sent: 0 }]);
  expect(sqs.work).toEqual([]);
  expect([...sqs.parked.values()].filter(({ visible }) => visible)).toHaveLength(25);
});

test('a message is sent before it is deleted', async () => {
  const sqs = new FakeSqs();
  sqs.park('body', because('git-refused'));
  await redrive(sqs.client, QUEUES, { isPlan: false }, NOW);
  expect(sqs.done).toEqual(['ReceiveMessage', 'SendMessage body', 'DeleteMessage m-0', 'ReceiveMessage']);
});

test('what is parked again meanwhile is left for the next time, or the command would never end', async () => {
  const sqs = new FakeSqs();
  sqs.park('late', because('git-refused'), NOW.getTime() + 1);
  await expect(redrive(sqs.client, QUEUES, { isPlan: false }, NOW)).resolves.toEqual([]);
  expect(sqs.parked.get('m-0')?.visible).toBe(true);
});

test('whatever fails at whatever moment, no message is lost, and only the chosen ones were sent', async () => {
  const reason = fc.constantFrom(...PARKED_BECAUSE);
  const plan = fc.record({
    parked: fc.array(reason, { maxLength: 40 }),
    chosen: fc.option(reason, { nil: undefined }),
    failsAt: fc.integer({ min: 1, max: 120 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ parked, chosen, failsAt }) => {
      const sqs = new FakeSqs();
      for (const [index, why] of parked.entries()) {
        sqs.park(`${index} ${why}`, because(why));
      }
      let calls = 0;
      sqs.fails = () => ++calls === failsAt;
      const before = [...sqs.parked.values()].map(({ body }) => body);
      await redrive(sqs.client, QUEUES, { because: chosen, isPlan: false }, NOW).catch(() => {});
      const sent = sqs.work.map(({ body }) => body);
      const after = new Set([...[...sqs.parked.values()].map(({ body }) => body), ...sent]);
      expect([...after].sort()).toEqual([...before].sort());
      expect(sent.filter((body) => chosen && !body.endsWith(` ${chosen}`))).toEqual([]);
    }),
  );
});

test('each reason that a function gives is one that can be chosen', () => {
  expect(PARKED_BECAUSE).toEqual(expect.arrayContaining([...PARKING_REASONS]));
});
