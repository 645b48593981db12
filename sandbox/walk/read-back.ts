import { join } from 'node:path';
import { environmentDirectory, projectRoot } from '../project-paths';
import { finish } from './run-program';

export interface ReadBack {
  readonly passed: boolean;
  readonly report: string;
}

/**
 * Compares what a stack's template asks for with what the account has.
 */
export async function readBack(environment: NodeJS.ProcessEnv, stack: string): Promise<ReadBack> {
  const python = join(environmentDirectory('emulator'), 'bin', 'python');
  const { code, output, errors } = await finish(python, ['-m', 'sandbox.readback', '--stack', stack], {
    cwd: projectRoot,
    environment,
  });
  if (code !== 0 && code !== 1) {
    throw new Error(`the read-back of ${stack} ended with ${code}:\n${output}${errors}`);
  }
  return { passed: code === 0, report: output.trim() };
}
