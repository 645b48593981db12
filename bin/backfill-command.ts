import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import { contract } from '../core/contract';
import type { Gap } from '../core/reconcile/gap';
import { openEstate } from '../core/reconcile/open-estate';
import { beginWalk } from '../core/reconcile/walk';
import { assertMatches, shown } from './arguments';
import { backfill } from './backfill';
import { type BackfillPlace, keepPlace, readPlace } from './backfill-place';
import { backfillReport, backfillText, progressText } from './backfill-text';
import { EXIT } from './exit-codes';
import { terminalJson } from './terminal-text';
import { readWalkAddresses } from './walk-addresses';
import { estateParts } from './walk-clients';

const DEFAULT_RATE = 5;
const HIGHEST_RATE = 100;

interface BackfillOptions {
  readonly stack: string;
  readonly since?: string;
  readonly until?: string;
  readonly from?: string;
  readonly rate: string;
  readonly plan?: boolean;
  readonly json?: boolean;
}

export function addBackfill(program: Command): void {
  const command: Command = program
    .command('backfill')
    .description('finds what has no evidence or is not as its evidence says, years back, and has it looked at again')
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .option('--since <date>', 'from when on: a day as 2024-01-31, or a moment as 2024-01-31T12:00:00Z')
    .option('--until <date>', 'until when; an hour ago if absent, since what is newer may be on its way')
    .option('--from <file>', 'goes on where a backfill was stopped, instead of --since, --until and --plan')
    .option('--plan', 'send nothing, only say what would be sent')
    .option('--rate <number>', 'requests a second to SageMaker, and as many to MLflow', String(DEFAULT_RATE))
    .option('--json', 'for machines')
    .addHelpText(
      'after',
      `
Stopped by Ctrl-C or by an error, it keeps its place in a file and says how to go on. What was sent twice is dealt with
once. The credentials need what the reconciler's role has: to list and describe jobs and deployments, to call MLflow, to read
the evidence and the listings of the DVC remote, and sqs:SendMessage on the queues of derivations and changes.

Exit codes: 0 no gap, ${EXIT.notProvable} gaps were found, ${EXIT.usage} not understood, ${EXIT.failed} failed or stopped.

Example:
  ml-lineage backfill --stack ml-lineage-radiology --since 2024-01-01 --plan`,
    )
    .action(async (options: BackfillOptions) => {
      assertMatches(command, '--stack', 'stackName', options.stack);
      const rate = readRate(command, options.rate);
      const place = await beginning(command, options);
      const addresses = await readWalkAddresses(new CloudFormationClient(), options.stack);
      const parts = await estateParts(addresses, rate);
      const sqs = new SQSClient();
      const gaps: Gap[] = [];
      let { walk } = place;
      let isStopped = false;
      // the second time it ends at once.
      process.once('SIGINT', () => {
        isStopped = true;
        process.stderr.write('ml-lineage: stops after what it has begun\n');
      });
      try {
        const finished = await backfill(walk, () => openEstate(parts), {
          isStopped: () => isStopped,
          send: async ({ queue, body }) => {
            if (!place.isPlan) {
              await sqs.send(new SendMessageCommand({ QueueUrl: addresses.queueUrls[queue], MessageBody: body }));
            }
          },
          found: (gap) => void gaps.push(gap),
          reached: (now) => {
            walk = now;
            process.stderr.write(`${progressText(now)}\n`);
          },
        });
        const result = { isPlan: place.isPlan, walk, finished, gaps };
        process.stdout.write(options.json ? terminalJson(backfillReport(result)) : backfillText(result));
        process.exitCode = Object.keys(walk.gaps).length > 0 ? EXIT.notProvable : EXIT.verified;
        if (!finished) {
          await sayHowToGoOn(options.stack, { ...place, walk });
          process.exitCode = EXIT.failed;
        }
      } catch (error) {
        await sayHowToGoOn(options.stack, { ...place, walk });
        throw error;
      }
    });
}

async function beginning(command: Command, options: BackfillOptions): Promise<BackfillPlace> {
  const { from, since, until, plan } = options;
  if (from !== undefined) {
    if (since !== undefined || until !== undefined || plan !== undefined) {
      command.error('--from goes on as the backfill was begun: it takes no --since, --until or --plan');
    }
    return readPlace(from);
  }
  if (since === undefined) {
    return command.error('--since must be given, or --from');
  }
  const now = new Date();
  const latest = new Date(now.getTime() - contract.limits.walkGraceSeconds * 1000);
  const start = readDate(command, '--since', since);
  const end = until === undefined ? latest : readDate(command, '--until', until);
  if (start >= end || end > now) {
    command.error(
      `--since must be before --until, and that not in the future, got ${start.toISOString()} and ${end.toISOString()}`,
    );
  }
  return { isPlan: plan ?? false, walk: beginWalk(`backfill-${now.toISOString()}`, start, end) };
}

function readDate(command: Command, option: string, text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?Z)?$/.test(text) || Number.isNaN(date.getTime())) {
    command.error(`${option} must be a day as 2024-01-31 or a moment as 2024-01-31T12:00:00Z, got ${shown(text)}`);
  }
  return date;
}

function readRate(command: Command, text: string): number {
  const rate = Number(text);
  if (!/^\d{1,3}$/.test(text) || rate < 1 || rate > HIGHEST_RATE) {
    command.error(`--rate must be a whole number from 1 to ${HIGHEST_RATE}, got ${shown(text)}`);
  }
  return rate;
}

async function sayHowToGoOn(stack: string, place: BackfillPlace): Promise<void> {
  const file = await keepPlace(place);
  process.stderr.write(`ml-lineage: go on with: ml-lineage backfill --stack ${stack} --from ${file}\n`);
}
