import type { Command } from 'commander';
import { resultOf } from '../core/evidence/evidence-result';
import { type EvidenceOptions, findEvidence, withEvidenceOptions } from './evidence-options';
import { evidenceText, statementLine } from './evidence-text';
import { RESULT_EXIT } from './exit-codes';

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
