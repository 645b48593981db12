import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const ANSWERS = 3;
// of /proc/<pid>/stat; USER_HZ is 100 on every Linux that Node runs on.
const TICK_MS = 10;

/**
 * How a function is started, with the invoker that stands for the Lambda runtime.
 */
export interface FunctionProgram {
  readonly command: string;
  readonly args: readonly string[];
}

interface Answer {
  readonly loaded?: true;
  readonly result?: SQSBatchResponse;
}

/**
 * A function in a process of its own, as in an execution environment of Lambda: one event after the other.
 */
export class FunctionProcess {
  static start(program: FunctionProgram, environment: Readonly<Record<string, string>>): FunctionProcess {
    return new FunctionProcess(program, environment);
  }

  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;
  private errors = '';

  private constructor({ command, args }: FunctionProgram, environment: Readonly<Record<string, string>>) {
    // what the function logs is not measured, but is what one wants to see when it fails.
    this.child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.errors = `${this.errors}${text}`.slice(-20_000);
      });
    }
    this.lines = createInterface({ input: this.child.stdio[ANSWERS] as Readable });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  async untilLoaded(): Promise<void> {
    const { loaded } = await this.next();
    if (!loaded) {
      throw new Error(`the function did not say that it is loaded:\n${this.errors}`);
    }
  }

  /** Has the function deal with an event; a message that fails, fails the measurement. */
  async invoke(event: SQSEvent): Promise<void> {
    this.child.stdin?.write(`${JSON.stringify(event)}\n`);
    const { result } = await this.next();
    if (!result || result.batchItemFailures.length > 0) {
      throw new Error(`the function did not do its work: ${JSON.stringify(result)}\n${this.errors}`);
    }
  }

  /** The time that all its threads have computed so far. */
  cpuMs(): number {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    // the name of the program stands in parentheses and may hold spaces and parentheses itself.
    const [, user, system] = /^(?:\S+ ){11}(\d+) (\d+)/.exec(stat.slice(stat.lastIndexOf(') ') + 2)) ?? [];
    return (Number(user) + Number(system)) * TICK_MS;
  }

  /** The most memory that it has had at once; what a parent had before it became this program does not count. */
  peakBytes(): number {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  private async next(): Promise<Answer> {
    const { value, done } = await this.answers.next();
    if (done) {
      throw new Error(`the function's process ended:\n${this.errors}`);
    }
    return JSON.parse(value);
  }
}
