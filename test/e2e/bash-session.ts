import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/**
 * One bash that is given commands bit by bit, as by somebody who copies them from a page, and that ends with the first
 * that fails.
 */
export class BashSession {
  private readonly bash: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<string>;
  private output = '';
  private notice = () => {};

  constructor(cwd: string, environment: NodeJS.ProcessEnv) {
    this.bash = spawn('bash', ['--noprofile', '--norc'], { cwd, env: environment });
    this.bash.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.notice();
    });
    this.ended = new Promise((resolve) => {
      this.bash.on('close', (code, signal) => resolve(String(code ?? signal)));
    });
    // a bash that has ended takes no more; that it has, the next run tells.
    this.bash.stdin.on('error', () => {});
    // errors among the rest, where they belong in time.
    this.bash.stdin.write('exec 2>&1\nset -euo pipefail\n');
  }

  /**
   * @returns all that the commands printed
   */
  async run(commands: string): Promise<string> {
    this.output = '';
    const end = `done-${randomUUID()}\n`;
    const done = new Promise<void>((resolve) => {
      this.notice = () => this.output.endsWith(end) && resolve();
    });
    // a group is read as a whole before it is run, so that no command takes the rest of them for its input.
    this.bash.stdin.write(`{\n${commands}\n} </dev/null\nprintf '%s\\n' ${end}`);
    const how = await Promise.race([done, this.ended]);
    if (how !== undefined) {
      throw new Error(`bash ended with ${how} at\n${commands}\n\n${this.output}`);
    }
    return this.output.slice(0, -end.length);
  }

  async end(): Promise<void> {
    this.bash.stdin.end();
    await this.ended;
  }
}
