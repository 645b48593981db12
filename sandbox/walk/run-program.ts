import { spawn } from 'node:child_process';

export interface ProgramOptions {
  readonly cwd?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** kept from the error message, such as tokens. */
  readonly secrets?: readonly string[];
}

/**
 * Runs a program to its end, as a person would in a terminal.
 *
 * @returns what it wrote to standard output
 */
export async function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<string> {
  const { code, output, errors } = await finish(command, args, options);
  if (code !== 0) {
    const shown = (options.secrets ?? []).reduce(
      (text, secret) => text.replaceAll(secret, '***'),
      `${output}\n${errors}`,
    );
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${shown.trim()}`);
  }
  return output;
}

export interface Finished {
  /** the exit code, or the signal that ended the program. */
  readonly code: number | string;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs a program whose exit code is part of the answer.
 */
export function finish(
  command: string,
  args: readonly string[],
  { cwd, environment }: ProgramOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        code: code ?? signal ?? 'unknown',
        output: Buffer.concat(output).toString(),
        errors: Buffer.concat(errors).toString(),
      }),
    );
  });
}
