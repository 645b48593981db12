import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { assertMatches } from './arguments';
import { verifyEvidence } from './evidence';
import { evidenceExitCode, evidenceText } from './evidence-text';
import { EXIT } from './exit-codes';
import { readStackOutputs } from './stack-outputs';

export function addEvidenceVerify(evidence: Command): void {
  const command = evidence
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
      assertMatches(command, '<job>', 'jobName', job);
      assertMatches(command, '--stack', 'stackName', stack);
      for (const fingerprint of trust) {
        assertMatches(command, '--trust', 'sha256', fingerprint);
      }
      const findings = await verifyEvidence(job, await readStackOutputs(new CloudFormationClient(), stack), trust);
      process.stdout.write(evidenceText(findings));
      process.exitCode = evidenceExitCode(findings);
    });
}
