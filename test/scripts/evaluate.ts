import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const scriptsDirectory = resolve(__dirname, '..', '..', 'scripts');

export interface EvaluationOptions {
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * What an expression over a script's exports (as `m`) comes to, in a Node of its own: the scripts are ES modules, and
 * what they do depends on their process's environment.
 */
export function evaluate(
  script: string,
  expression: string,
  { environment = process.env }: EvaluationOptions = {},
): unknown {
  const module = pathToFileURL(join(scriptsDirectory, script)).href;
  const program = `const m = await import(${JSON.stringify(module)});
    const answer = await (async () => (${expression}))().catch((error) => ({ error: error.message }));
    process.stdout.write(JSON.stringify(answer ?? null));`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: environment,
    timeout: 60_000,
  });
  if (result.status !== 0) throw new Error(`${script} ended with ${result.status}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}
