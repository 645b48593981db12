import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { projectRoot } from '../../sandbox/project-paths';

const RUNTIME = join(projectRoot, 'test', 'soak', 'function-runtime.cjs');
const ANSWERS = 3;

/**
 * A deployed function: its bundle, and what its construct has set.
 */
export interface DeployedFunction {
  /** the folder of its bundle below assets/. */
  readonly bundle: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** `died`: the process ended before it answered. */
export type Answer = { readonly result: SQSBatchResponse } | { readonly failed: true } | 'died';

/**
 * An execution environment of Lambda: a process that takes one event after the other, and is made anew where it died.
 */
export class FunctionWorker {
  private child: ChildProcess | undefined;
  private lines: AsyncIterator<string> | undefined;
  private loaded = false;
  busy = false;

  /**
   * @param log the file that gets what the function logs
   */
  constructor(
    private readonly deployed: DeployedFunction,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly log: string,
  ) {}

  /** Starts the process where there is none, and loads the bundle. */
  async load(): Promise<void> {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      return;
    }
    const { bundle, timeoutSeconds } = this.deployed;
    const file = join(projectRoot, 'assets', bundle, 'index.js');
    const log = openSync(this.log, 'a');
    this.loaded = false;
    this.child = spawn(process.execPath, [RUNTIME, file, bundle, String(timeoutSeconds)], {
      env: { ...this.environment },
      stdio: ['pipe', log, log, 'pipe'],
    });
    closeSync(log);
    // a process that was killed takes no more input.
    this.child.stdin?.on('error', () => undefined);
    this.lines = createInterface({ input: this.child.stdio[ANSWERS] as Readable })[Symbol.asyncIterator]();
    if ((await this.lines.next()).done) {
      throw new Error(`${bundle} does not load; see ${this.log}`);
    }
    this.loaded = true;
  }

  async invoke(event: SQSEvent): Promise<Answer> {
    this.busy = true;
    try {
      await this.load();
      const timeout = setTimeout(() => this.kill(), this.deployed.timeoutSeconds * 1000);
      this.child?.stdin?.write(`${JSON.stringify(event)}\n`);
      const line = await this.lines?.next();
      clearTimeout(timeout);
      if (line && !line.done) {
        return JSON.parse(line.value);
      }
      this.child = undefined;
      return 'died';
    } finally {
      this.busy = false;
    }
  }

  /**
   * Kills the process that was given an event, and no other: what a process did just before its end can come to notice
   * while the next one is still loading.
   *
   * @returns whether there was one
   */
  kill(): boolean {
    return this.loaded && this.child?.kill('SIGKILL') === true;
  }

  async stop(): Promise<void> {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
  }
}
