import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { readOutputs } from '../core/cloudformation/stack-outputs';
import { examine } from '../core/doctor/doctor';
import { doctorReport } from '../core/doctor/doctor-report';
import { readerOutputsOf } from '../core/doctor/reader-outputs';
import { version } from '../package.json';
import { assertMatches } from './arguments';
import { doctorExitCode, doctorText } from './doctor-text';
import { EXIT } from './exit-codes';
import { terminalJson } from './terminal-text';

interface DoctorOptions {
  readonly stack: string;
  readonly policy?: boolean;
  readonly repository?: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command): void {
  const command: Command = program
    .command('doctor')
    .description('says what keeps questions about a platform from being answered, and what to do about it')
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .option('--policy', 'print the IAM policy that a reader of the platform needs, and check nothing')
    .option('--repository <folder>', 'a data repository that was checked out; the current folder if absent')
    .option('--json', 'for machines, as docs/schemas/doctor-report.v1.json describes it')
    .addHelpText(
      'after',
      `
Looks at this machine's clock and Node.js, the AWS credentials, the stack, each right that questions need, MLflow, the data
repositories with their tokens, and the DVC settings of a data repository. Each right is tried by a call that changes
nothing; of objects no more than the first byte is read. What depends on something that failed is not checked.

The policy is what LineagePlatform.grants.read gives: enough for trace, evidence and doctor.

Exit codes: ${EXIT.verified} nothing failed, ${EXIT.notProvable} something did, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage doctor --stack ml-lineage-radiology`,
    )
    .action(async ({ stack, policy = false, repository, json = false }: DoctorOptions) => {
      assertMatches(command, '--stack', 'stackName', stack);
      if (policy) {
        if (repository !== undefined || json) {
          command.error('--policy prints JSON and checks nothing: it takes neither --repository nor --json');
        }
        const outputs = await readOutputs(new CloudFormationClient(), stack);
        process.stdout.write(terminalJson(readerOutputsOf(stack, outputs).policy));
        return;
      }
      const checks = await examine({ stack, version, repository });
      process.stdout.write(json ? terminalJson(doctorReport(stack, checks)) : doctorText(checks));
      process.exitCode = doctorExitCode(checks);
    });
}
