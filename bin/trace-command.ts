import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { assertMatches, shown } from './arguments';
import { EXIT } from './exit-codes';
import { readStackOutputs } from './stack-outputs';
import { trace } from './trace';
import { parseSubject } from './trace-subject';
import { traceExitCode, traceText } from './trace-text';

export function addTrace(program: Command): void {
  const command: Command = program
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
        command.error(`<subject> must be models:/<name>/<version> or the id of a run, got ${shown(text)}`);
      }
      assertMatches(command, '--stack', 'stackName', stack);
      const { chain, objects } = await trace(subject, await readStackOutputs(new CloudFormationClient(), stack));
      process.stdout.write(traceText(chain, objects));
      process.exitCode = traceExitCode(chain);
    });
}
