import type { Command } from 'commander';
import { type EvidenceOptions, findEvidence, withEvidenceOptions } from './evidence-options';
import { RESULT_EXIT, resultOf } from './evidence-result';
import { evidenceText, statementLine } from './evidence-text';

export function addEvidenceVerify(evidence: Command): void {
  const command = withEvidenceOptions(evidence.command('verify'))
    .description('verifies each statement about a job: signature, place, link to the one before, and versions')
    .addHelpText(
      'after',
      `
Example:
  ml-lineage evidence verify pipelines-abc-Train-xyz --stack ml-lineage-radiology --trust <fingerprint>`,
    )
    .action(async (name: string, options: EvidenceOptions) => {
      const findings = await findEvidence(command, name, options);
      process.stdout.write(evidenceText(findings, statementLine));
      process.exitCode = RESULT_EXIT[resultOf(findings)];
    });
}
