import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { readWorkQueues } from '../../bin/work-queues';
import { contract } from '../../core/contract';
import type { WorkQueueName } from '../../core/delivery/redrive-report';
import { AlarmWatch } from '../../sandbox/alarms/alarm-watch';
import { DeployedAlarm } from '../../sandbox/alarms/deployed-alarm';
import { readFunctionMetrics } from '../../sandbox/alarms/function-metrics';
import type { Sandbox } from '../../sandbox/instance';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import { bootstrapAccount, stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { deployWalk, jobEnvironment, type Walk } from '../../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';
import { BashSession } from './bash-session';
import { readBlocks } from './page-blocks';

const PLATFORM = 'radiology';
const STACK = stackNameOf(PLATFORM);
const BLOCKS = readBlocks(readFileSync(join(projectRoot, 'docs', 'runbook.md'), 'utf8'));
// version 1 of the AWS CLI knows no other address of SQS than it has built in, unless it stands on the command line.
const AWS =
  'aws() { if [ "$1" = sqs ]; then command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; else command aws "$@"; fi; }';

/** What the names of a queue's alarms begin with. */
export const WATCHED: Readonly<Record<WorkQueueName, string>> = {
  derivation: 'Derivation',
  tagging: 'Tagging',
  changes: 'Deployment',
  checkpoint: 'Checkpoint',
  walk: 'Walk',
};
export const QUEUES = Object.keys(WATCHED) as readonly WorkQueueName[];

/** The alarm of a kind for each queue. */
export const ofEachQueue = (...kinds: readonly string[]): string[] =>
  Object.values(WATCHED).flatMap((name) => kinds.map((kind) => `${name}${kind}`));

export interface JobOptions {
  readonly roleArn?: string;
  readonly script?: string;
}

const idOf = (alarmName: string) => /PlatformOperations([A-Za-z]+?)[0-9A-F]{8}-/.exec(alarmName)?.[1] ?? alarmName;
const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(' ', '-');

/**
 * A platform with all of its alarms, and a shell in which somebody follows the runbook.
 */
export class WatchedPlatform {
  static async deploy(sandbox: Sandbox): Promise<WatchedPlatform> {
    const environment = sandbox.processEnvironment();
    await bootstrapAccount(environment);
    const account = sandbox.environment();
    const alarmTopicArn = `arn:aws:sns:${account.AWS_REGION}:${account.AWS_ACCESS_KEY_ID}:alarms`;
    const walk = await deployWalk(sandbox, PLATFORM, { alarmTopicArn });
    const programs = [join(environmentDirectory('aws-cli'), 'bin'), environment.PATH].join(':');
    const shell = new BashSession(projectRoot, { ...environment, PATH: programs });
    const described = JSON.parse(await shell.run('aws cloudwatch describe-alarms --output json'));
    const alarms = DeployedAlarm.array().min(1).parse(described.MetricAlarms);
    const platform = new WatchedPlatform(walk, shell, alarms, await AlarmWatch.over(alarms, walk.aws));
    const { PublicKey = '' } = await walk.aws.kms.getPublicKey({ KeyId: walk.outputs.SigningKeyArn });
    await platform.set({
      stack: STACK,
      queue: 'derivation',
      fingerprint: createHash('sha256').update(PublicKey).digest('hex'),
    });
    await shell.run(AWS);
    await platform.follow('Set up your shell');
    return platform;
  }

  private readonly anchors: ReadonlyMap<string, string>;
  private readonly everRaised = new Set<string>();

  private constructor(
    readonly walk: Walk,
    readonly shell: BashSession,
    alarms: readonly DeployedAlarm[],
    private readonly watch: AlarmWatch,
  ) {
    this.anchors = new Map(
      alarms.map(({ AlarmName, AlarmDescription }) => [idOf(AlarmName), AlarmDescription.split('#')[1] ?? '']),
    );
  }

  async end(): Promise<void> {
    await this.shell.end();
  }

  /** The alarms that are raised, by their ids in the stack. */
  async raised(): Promise<string[]> {
    const ids = (await this.watch.raised()).map(idOf).sort();
    for (const id of ids) {
      this.everRaised.add(id);
    }
    return ids;
  }

  /** Those that nobody has seen raised so far. */
  neverRaised(): string[] {
    return [...this.anchors.keys()].filter((id) => !this.everRaised.has(id));
  }

  /** How many attempts of each function have failed so far, of those that had one. */
  async countFailedAttempts(): Promise<ReadonlyMap<string, number>> {
    const failed = new Map<string, number>();
    for await (const { metric } of readFunctionMetrics(this.walk.aws.cloudWatchLogs)) {
      const { service = '' } = metric.dimensions;
      if (metric.name === contract.metrics.messagesRetried) {
        failed.set(service, (failed.get(service) ?? 0) + 1);
      }
    }
    return failed;
  }

  skip(minutes: number): Promise<void> {
    return this.watch.skip(minutes);
  }

  async set(variables: Readonly<Record<string, string>>): Promise<void> {
    const assignments = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
    await this.shell.run(assignments.join('\n'));
  }

  /** Runs all commands of a section, as they stand on the page. */
  async follow(heading: string): Promise<string> {
    const blocks = BLOCKS.filter((block) => block.heading === heading && !block.notHere);
    if (blocks.length === 0) {
      throw new Error(`the runbook has no commands below "${heading}"`);
    }
    let told = '';
    for (const { script } of blocks) {
      told += await this.shell.run(script);
    }
    return told;
  }

  /**
   * Runs the section to which the description of an alarm leads.
   *
   * @param variables that the reader of the page has to set
   */
  async resolve(alarm: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    if (Object.keys(variables).length > 0) {
      await this.set(variables);
    }
    const heading = BLOCKS.map((block) => block.heading).find((one) => anchorOf(one) === this.anchors.get(alarm));
    return this.follow(heading ?? `the section of ${alarm}`);
  }

  async lookAgain(trainingJob: string): Promise<void> {
    await this.shell.run(`look_again training-job '${trainingJob}'`);
  }

  async switchWorkers(state: '--enabled' | '--no-enabled', queues = QUEUES): Promise<void> {
    for (const queue of queues) {
      await this.set({ queue });
      await this.shell.run(`aws lambda update-event-source-mapping --uuid "$(worker | cut -f 1)" ${state}`);
    }
  }

  async send(queue: WorkQueueName, body: unknown): Promise<void> {
    const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
    await this.walk.aws.sqs.send(new SendMessageCommand({ QueueUrl: await this.urlOf(queue), MessageBody }));
  }

  /** Sends what the schedule sends to those who work daily. */
  async sendScheduled(queue: 'checkpoint' | 'walk'): Promise<void> {
    const time = new Date().toISOString();
    await this.send(queue, { source: 'aws.events', 'detail-type': 'Scheduled Event', time });
  }

  /** The messages of a queue whose function is switched off; looking at them counts as receiving them. */
  async lookInto(queue: WorkQueueName): Promise<string[]> {
    const { Messages = [] } = await this.walk.aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: await this.urlOf(queue), VisibilityTimeout: 0, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body = '' }) => Body);
  }

  async countVisible(queue: WorkQueueName): Promise<number> {
    return (await this.countsOf(queue))[0] ?? 0;
  }

  async waitUntilEmpty(queues = QUEUES): Promise<void> {
    let empty = 0;
    await eventually(`empty queues ${queues.join(', ')}`, 200, async () => {
      const counts = (await Promise.all(queues.map((queue) => this.countsOf(queue)))).flat();
      // between two queues a message is in neither for a moment.
      empty = counts.every((count) => count === 0) ? empty + 1 : 0;
      return empty > 2 || undefined;
    });
  }

  async train(name: string, revision: string, more: JobOptions = {}): Promise<void> {
    const { aws, outputs } = this.walk;
    await startTrainingJob(aws, outputs, {
      name,
      script: join(__dirname, 'scripts', 'write_model.py'),
      environment: jobEnvironment(this.walk, revision),
      ...more,
    });
    await waitForTrainingJob(aws, name);
  }

  private async countsOf(queue: WorkQueueName): Promise<number[]> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await this.walk.aws.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: await this.urlOf(queue), AttributeNames: [...names] }),
    );
    return names.map((name) => Number(Attributes[name]));
  }

  private async urlOf(queue: WorkQueueName): Promise<string> {
    const [urls] = await readWorkQueues(this.walk.aws.cloudFormation, STACK, queue);
    return urls?.work ?? '';
  }
}
