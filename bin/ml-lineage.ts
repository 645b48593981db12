import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Command, CommanderError } from 'commander';
import { contract, pattern } from '../core/contract';
import { version } from '../package.json';
import { EXIT } from './exit-codes';
import { readStackOutputs } from './stack-outputs';
import { terminalText } from './terminal-text';
import { trace } from './trace';
import { parseSubject } from './trace-subject';
import { traceExitCode, traceText } from './trace-text';

const program: Command = new Command('ml-lineage')
  .description('Says which data a model was given.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(ml-lineage --help shows what there is)');

program
  .command('trace')
  .description(
    'follows a model version or a run to its data commit, its datasets and their objects, and checks each link',
  )
  .argument('<subject>', 'a model version as models:/<name>/<version>, or the id of an MLflow run')
  .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
  .addHelpText(
    'after',
    `
Reads only, with the credentials and the region of the AWS command line.
Exit codes: ${EXIT.conflict} two sources disagree, ${EXIT.notProvable} not provable, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage trace models:/breast-cancer/2 --stack ml-lineage-radiology`,
  )
  .action(async (text: string, { stack }: { stack: string }) => {
    const subject = parseSubject(text);
    if (!subject) {
      program.error(`<subject> must be models:/<name>/<version> or the id of a run, got ${shown(text)}`);
    }
    if (!pattern('stackName').test(stack)) {
      program.error(`--stack must match ${contract.patterns.stackName}, got ${shown(stack)}`);
    }
    const { chain, objects } = await trace(subject, await readStackOutputs(new CloudFormationClient(), stack));
    process.stdout.write(traceText(chain, objects));
    process.exitCode = traceExitCode(chain);
  });

function shown(text: string): string {
  return terminalText(JSON.stringify(text.slice(0, 300)));
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  process.stderr.write(`ml-lineage: ${terminalText(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = EXIT.failed;
});
