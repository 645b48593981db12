import type { Command } from 'commander';
import { resultOf } from '../core/evidence/evidence-result';
import { evidenceReport } from '../core/evidence/reported-evidence';
import { type EvidenceOptions, findEvidence, withEvidenceOptions } from './evidence-options';
import { evidenceText } from './evidence-text';
import { RESULT_EXIT } from './exit-codes';
import { statementTree } from './statement-text';
import { terminalJson } from './terminal-text';

export function addEvidenceShow(evidence: Command): void {
  const command = withEvidenceOptions(evidence.command('show'))
    .description('verifies the statements about a job as well, and tells all that they say, with sources and times')
    .option('--json', 'for machines, in the form of docs/schemas/evidence-report.v1.json')
    .addHelpText(
      'after',
      `
Only statements whose signature was found good are told.

Example:
  ml-lineage evidence show pipelines-abc-Train-xyz --from evidence-of-train --trust <fingerprint>`,
    )
    .action(async (name: string, { json = false, ...options }: EvidenceOptions & { json?: boolean }) => {
      const findings = await findEvidence(command, name, options);
      process.stdout.write(json ? terminalJson(evidenceReport(findings)) : evidenceText(findings, statementTree));
      process.exitCode = RESULT_EXIT[resultOf(findings)];
    });
}
