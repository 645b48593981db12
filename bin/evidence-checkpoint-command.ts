import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Command } from 'commander';
import { readStackOutputs } from '../core/cloudformation/stack-outputs';
import { contract } from '../core/contract';
import { assertMatches } from './arguments';
import { checkpointExitCode, checkpointText } from './checkpoint-text';
import { verifyCheckpoint } from './evidence-checkpoint';
import { EXIT } from './exit-codes';

export function addEvidenceCheckpoint(evidence: Command): void {
  const command: Command = evidence
    .command('checkpoint')
    .description("verifies a platform's newest checkpoint, and each statement of each chain against it")
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .requiredOption('--trust <fingerprint...>', 'SHA-256 of the public keys that you trust, from whom you trust')
    .addHelpText(
      'after',
      `
Reads every statement of the platform. What was counted on the checkpoint's day is told, and does not change the exit code.

Exit codes: ${EXIT.verified} nothing was cut or changed, ${EXIT.conflict} something was, ${EXIT.notProvable} there is no checkpoint, or none of the last ${contract.limits.evidenceCheckpointHours} hours.

Example:
  ml-lineage evidence checkpoint --stack ml-lineage-radiology --trust <fingerprint>`,
    )
    .action(async ({ stack, trust }: { stack: string; trust: string[] }) => {
      assertMatches(command, '--stack', 'stackName', stack);
      for (const fingerprint of trust) {
        assertMatches(command, '--trust', 'sha256', fingerprint);
      }
      const findings = await verifyCheckpoint(await readStackOutputs(new CloudFormationClient(), stack), trust);
      const now = new Date();
      process.stdout.write(checkpointText(findings, now));
      process.exitCode = checkpointExitCode(findings, now);
    });
}
