import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Command, CommanderError } from 'commander';
import { contract, pattern } from '../core/contract';
import { version } from '../package.json';
import { verifyEvidence } from './evidence';
import { evidenceExitCode, evidenceText } from './evidence-text';
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
    assertStackName(stack);
    const { chain, objects } = await trace(subject, await readStackOutputs(new CloudFormationClient(), stack));
    process.stdout.write(traceText(chain, objects));
    process.exitCode = traceExitCode(chain);
  });

program
  .command('evidence')
  .description('says what the signed evidence is worth')
  .command('verify')
  .description('verifies each statement about a training job: signature, place, link to the one before, and versions')
  .argument('<job>', 'the name of the training job')
  .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
  .requiredOption('--trust <fingerprint...>', 'SHA-256 of the public keys that you trust, from whom you trust')
  .addHelpText(
    'after',
    `
The fingerprint of a platform's key, for whoever trusts the account it is in:
  aws kms get-public-key --key-id <SigningKeyArn> --query PublicKey --output text | base64 -d | sha256sum

Exit codes: ${EXIT.verified} the last statement is verified, ${EXIT.conflict} it is a conflict or the chain is broken, ${EXIT.notProvable} not provable.

Example:
  ml-lineage evidence verify pipelines-abc-Train-xyz --stack ml-lineage-radiology --trust <fingerprint>`,
  )
  .action(async (job: string, { stack, trust }: { stack: string; trust: string[] }) => {
    if (!pattern('jobName').test(job)) {
      program.error(`<job> must match ${contract.patterns.jobName}, got ${shown(job)}`);
    }
    assertStackName(stack);
    for (const fingerprint of trust) {
      if (!pattern('sha256').test(fingerprint)) {
        program.error(
          `--trust takes SHA-256 digests of 64 hexadecimal digits in lower case, got ${shown(fingerprint)}`,
        );
      }
    }
    const findings = await verifyEvidence(job, await readStackOutputs(new CloudFormationClient(), stack), trust);
    process.stdout.write(evidenceText(findings));
    process.exitCode = evidenceExitCode(findings);
  });

function assertStackName(stack: string): void {
  if (!pattern('stackName').test(stack)) {
    program.error(`--stack must match ${contract.patterns.stackName}, got ${shown(stack)}`);
  }
}

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
