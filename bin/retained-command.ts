import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { pattern } from '../core/contract';
import { assertMatches } from './arguments';
import { readDeletedStack } from './deleted-stack';
import { EXIT } from './exit-codes';
import { importChangeSet } from './import-change-set';
import { type Retained, readRetained } from './retained-resources';
import { retainedReport, retainedText } from './retained-text';
import { terminalJson, terminalText } from './terminal-text';

interface RetainedOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly changeSet?: boolean;
}

export function addRetained(program: Command): void {
  const command: Command = program
    .command('retained')
    .description(
      'says what of a stack stays when it is deleted, how to bring it under a stack again, and how to delete it',
    )
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform, or its id')
    .option('--json', 'for machines')
    .option(
      '--change-set',
      'nothing but the request that "aws cloudformation create-change-set --cli-input-json" takes',
    )
    .addHelpText(
      'after',
      `
A name stands for the stack of today, else for the one of this name that was deleted last. CloudFormation knows deleted
stacks for 90 days. Nothing is changed.

Exit codes: 0 told, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage retained --stack ml-lineage-radiology`,
    )
    .action(async ({ stack, json = false, changeSet = false }: RetainedOptions) => {
      if (!pattern('stackId').test(stack)) {
        assertMatches(command, '--stack', 'stackName', stack);
      }
      if (json && changeSet) {
        command.error('name either --json or --change-set');
      }
      const client = new CloudFormationClient();
      const retained = await readRetained(client, stack);
      if (changeSet) {
        await tellChangeSet(client, retained);
      } else {
        process.stdout.write(json ? terminalJson(retainedReport(retained)) : retainedText(retained));
      }
    });
}

async function tellChangeSet(client: CloudFormationClient, retained: Retained): Promise<void> {
  const { request, leftOut } = importChangeSet(retained, await readDeletedStack(client, retained.stackId));
  for (const logicalId of leftOut) {
    process.stderr.write(
      `ml-lineage: ${terminalText(logicalId)} is left out: the last template has it no more, or its type is unknown here\n`,
    );
  }
  process.stdout.write(terminalJson(request));
}
