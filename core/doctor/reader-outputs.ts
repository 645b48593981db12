import { z } from 'zod';
import { json, type StackOutputs } from '../cloudformation/stack-outputs';
import { contract, pattern } from '../contract';
import { LineageError } from '../lineage-error';
import { ReaderPolicy } from './reader-policy';

const names = contract.stackOutputs;

const Outputs = z
  .object({
    [names.readerPolicy]: json.pipe(ReaderPolicy),
    [names.libraryVersion]: z.string().regex(pattern('packageVersion')),
  })
  .transform((outputs) => ({
    policy: outputs[names.readerPolicy] as ReaderPolicy,
    version: outputs[names.libraryVersion] as string,
  }));

/**
 * What a stack says to its readers: what they need to be allowed, and of which version the platform is.
 */
export type ReaderOutputs = z.infer<typeof Outputs>;

export function readerOutputsOf(stackName: string, outputs: StackOutputs): ReaderOutputs {
  const result = Outputs.safeParse(outputs);
  if (!result.success) {
    throw new LineageError(
      'stack-without-platform',
      `the stack ${stackName} does not say what its readers need; deploy it again with this version, and with addOutputs() of its LineagePlatform: ${z.prettifyError(result.error)}`,
    );
  }
  return result.data;
}
