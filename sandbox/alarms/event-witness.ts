import {
  DescribeRuleCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/**
 * Counts the events that a rule matches, which the emulator does not: a second rule of the same pattern puts them into a
 * queue.
 */
export class EventWitness {
  static async of(rule: string, eventBridge: EventBridgeClient, sqs: SQSClient): Promise<EventWitness> {
    const { EventPattern } = await eventBridge.send(new DescribeRuleCommand({ Name: rule }));
    const name = 'event-witness';
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const { RuleArn } = await eventBridge.send(new PutRuleCommand({ Name: name, EventPattern }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: Attributes?.QueueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
      },
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await eventBridge.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: name, Arn: Attributes?.QueueArn }] }));
    return new EventWitness(sqs, QueueUrl);
  }

  private constructor(
    private readonly sqs: SQSClient,
    private readonly queueUrl: string,
  ) {}

  /** When each event came that was not taken before. */
  async take(): Promise<Date[]> {
    const { queueUrl: QueueUrl } = this;
    const came: Date[] = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0) {
        return came;
      }
      for (const { Attributes, ReceiptHandle } of Messages) {
        came.push(new Date(Number(Attributes?.SentTimestamp)));
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }
}
