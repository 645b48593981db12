import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import { PARKED_BECAUSE } from '../core/delivery/failures';
import { redrive } from '../core/delivery/redrive';
import { WORK_QUEUES } from '../core/delivery/redrive-report';
import { assertMatches, shown } from './arguments';
import { EXIT } from './exit-codes';
import { type RedrivenQueue, redriveReport, redriveText } from './redrive-text';
import { terminalJson } from './terminal-text';
import { readWorkQueues } from './work-queues';

interface RedriveOptions {
  readonly stack: string;
  readonly queue?: string;
  readonly reason?: string;
  readonly plan?: boolean;
  readonly json?: boolean;
}

export function addRedrive(program: Command): void {
  const command: Command = program
    .command('redrive')
    .description('says which messages are parked and why, and sends them back to work')
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .option('--queue <queue>', `only what is parked behind this one: ${WORK_QUEUES.join(', ')}`)
    .option('--reason <code>', 'only what is parked for this reason; docs/runbook.md says what to mend before')
    .option('--plan', 'send nothing, only say what is parked')
    .option('--json', 'for machines')
    .addHelpText(
      'after',
      `
A message is sent before it is deleted, so none is lost; one that is sent twice is dealt with once. What is looked at is
hidden from others, and shown again at the end, or after 15 minutes should the command be stopped. The credentials need
sqs:ReceiveMessage, sqs:ChangeMessageVisibility and sqs:DeleteMessage on the parking queues, and sqs:SendMessage on the
work queues.

Exit codes: 0 done, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage redrive --stack ml-lineage-radiology --queue derivation --reason git-refused`,
    )
    .action(async ({ stack, queue, reason, plan: isPlan = false, json = false }: RedriveOptions) => {
      assertMatches(command, '--stack', 'stackName', stack);
      const only = oneOf(command, '--queue', WORK_QUEUES, queue);
      const because = oneOf(command, '--reason', PARKED_BECAUSE, reason);
      const sqs = new SQSClient();
      const now = new Date();
      const redriven: RedrivenQueue[] = [];
      for (const queues of await readWorkQueues(new CloudFormationClient(), stack, only)) {
        redriven.push({ queue: queues.queue, parked: await redrive(sqs, queues, { because, isPlan }, now) });
      }
      process.stdout.write(json ? terminalJson(redriveReport(redriven, isPlan)) : redriveText(redriven, isPlan));
    });
}

function oneOf<T extends string>(
  command: Command,
  option: string,
  allowed: readonly T[],
  text: string | undefined,
): T | undefined {
  const found = allowed.find((candidate) => candidate === text);
  if (text !== undefined && found === undefined) {
    command.error(`${option} must be one of ${allowed.join(', ')}, got ${shown(text)}`);
  }
  return found;
}
