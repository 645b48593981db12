import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { SQSBatchResponse } from 'aws-lambda';
import { projectRoot } from '../../../sandbox/project-paths';

export interface Answer {
  readonly value?: SQSBatchResponse;
  /** why the function failed as a whole. */
  readonly error?: string;
  /** the most memory that the process has had so far. */
  readonly peakMb: number;
}

/**
 * A bundled function in a process of its own, with no more heap than the memory that it is deployed with.
 */
export class FunctionProcess {
  private readonly child: ChildProcess;
  private readonly answers: Interface;
  private readonly ended: Promise<never>;
  private log = '';

  constructor(name: string, memoryMb: number, environment: NodeJS.ProcessEnv) {
    const bundle = join(projectRoot, 'assets', name, 'index.js');
    this.child = spawn(
      process.execPath,
      [`--max-old-space-size=${memoryMb}`, join(__dirname, 'function-host.cjs'), bundle],
      { env: environment, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.log = `${this.log}${text}`.slice(-10_000);
      });
    }
    this.answers = createInterface({ input: this.child.stdio[3] as Readable });
    this.ended = once(this.child, 'exit').then(([code, signal]) => {
      throw new Error(`${name} ended with ${code ?? signal}:\n${this.log}`);
    });
    this.ended.catch(() => {});
  }

  /**
   * Lets the function work on messages as one batch.
   *
   * @param attempt how often it gets them by now, 1 for the first time
   */
  async handle(bodies: readonly string[], attempt = 1): Promise<Answer> {
    const now = String(Date.now());
    const Records = bodies.map((body, index) => ({
      messageId: `message-${index}`,
      receiptHandle: `handle-${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(attempt),
        SentTimestamp: now,
        ApproximateFirstReceiveTimestamp: now,
      },
      messageAttributes: {},
      eventSource: 'aws:sqs',
    }));
    const answered = once(this.answers, 'line');
    this.child.stdin?.write(`${JSON.stringify({ Records })}\n`);
    const [line] = await Promise.race([answered, this.ended]);
    return JSON.parse(line);
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
