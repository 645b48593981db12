import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { pattern } from '../core/contract';
import { assertMatches } from './arguments';
import { EXIT } from './exit-codes';
import { readRetained } from './retained-resources';
import { resourceMapping, retainedReport, retainedText } from './retained-text';
import { terminalJson } from './terminal-text';

interface RetainedOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly mapping?: boolean;
}

export function addRetained(program: Command): void {
  const command: Command = program
    .command('retained')
    .description(
      'says what of a stack stays when it is deleted, how to bring it under a stack again, and how to delete it',
    )
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform, or its id')
    .option('--json', 'for machines')
    .option('--mapping', 'nothing but the file that "cdk import --resource-mapping" reads')
    .addHelpText(
      'after',
      `
A name stands for the stack of today, else for the one of this name that was deleted last. CloudFormation knows deleted
stacks for 90 days. Nothing is changed.

Exit codes: 0 told, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage retained --stack ml-lineage-radiology --mapping > retained.json`,
    )
    .action(async ({ stack, json = false, mapping = false }: RetainedOptions) => {
      if (!pattern('stackId').test(stack)) {
        assertMatches(command, '--stack', 'stackName', stack);
      }
      if (json && mapping) {
        command.error('name either --json or --mapping: the mapping is part of what --json tells');
      }
      const retained = await readRetained(new CloudFormationClient(), stack);
      process.stdout.write(
        mapping
          ? terminalJson(resourceMapping(retained.resources))
          : json
            ? terminalJson(retainedReport(retained))
            : retainedText(retained),
      );
    });
}
