import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { readStackOutputs } from '../core/cloudformation/stack-outputs';
import { homeOfPlatform, traceSources } from '../core/platform/trace-sources';
import { homeOf, parseSubject, SUBJECT_FORMS } from '../core/trace/parse-subject';
import { trace } from '../core/trace/trace';
import { traceReport } from '../core/trace/trace-report';
import { assertMatches, shown } from './arguments';
import { EXIT } from './exit-codes';
import { terminalJson } from './terminal-text';
import { traceExitCode, traceText } from './trace-text';

interface TraceOptions {
  readonly stack: string;
  readonly trust: readonly string[];
  readonly objects: string;
  readonly forward?: boolean;
  readonly json?: boolean;
}

export function addTrace(program: Command): void {
  const command: Command = program
    .command('trace')
    .description('follows a model to the objects of its data, and data to its models, and checks each link')
    .argument('<subject>', 'what is asked about, in one of the forms below')
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .option('--trust <fingerprint...>', 'SHA-256 of the public keys that you trust; without, no evidence is read', [])
    .option('--forward', 'also what else was given the same data; of data, that is always told')
    .option('--objects <count>', 'how many objects of each dataset are told', '5')
    .option('--json', 'for machines, as docs/schemas/trace-report.v1.json describes it')
    .addHelpText(
      'after',
      `
A subject is one of
  ${SUBJECT_FORMS.join('\n  ')}

Reads only, with the credentials and the region of the AWS command line. Names are written as they were given: SageMaker
puts them in lower case in its ARNs.

Exit codes: ${EXIT.verified} each link was compared, with evidence, and agrees, ${EXIT.conflict} two sources disagree,
${EXIT.notProvable} not provable, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage trace models:/breast-cancer/2 --stack ml-lineage-radiology --trust <fingerprint>`,
    )
    .action(async (text: string, { stack, trust, objects, forward = false, json = false }: TraceOptions) => {
      const subject = parseSubject(text);
      if (!subject) {
        command.error(`<subject> must be one of ${SUBJECT_FORMS.join(', ')}; got ${shown(text)}`);
      }
      assertMatches(command, '--stack', 'stackName', stack);
      for (const fingerprint of trust) {
        assertMatches(command, '--trust', 'sha256', fingerprint);
      }
      assertMatches(command, '--objects', 'count', objects);
      const platform = await readStackOutputs(new CloudFormationClient(), stack);
      const [home, here] = [homeOf(text), homeOfPlatform(platform)];
      if (home !== undefined && home !== here) {
        command.error(`<subject> is of ${shown(home)}, and the platform of ${here}; ask where the subject is`);
      }
      const traced = await trace(subject, await traceSources(platform, trust, Number(objects), {}), forward);
      process.stdout.write(json ? terminalJson(traceReport(traced)) : traceText(traced));
      process.exitCode = traceExitCode(traced);
    });
}
