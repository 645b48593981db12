import { chainPrefix } from './chain-key';
import { type EvidenceReport, REPORT_FORMAT } from './evidence-report';
import { resultOf } from './evidence-result';
import type { CheckedChain, EvidenceFindings } from './verify-evidence';

/**
 * The evidence about a name for machines.
 */
export function evidenceReport(findings: EvidenceFindings): EvidenceReport {
  const { platformName, name, chains, foreignKeys, exported } = findings;
  return {
    format: REPORT_FORMAT,
    platform: platformName,
    name,
    from: exported
      ? {
          exportedAt: exported.list.exportedAt,
          listSha256: exported.listSha256,
          problems: [...exported.problems],
        }
      : null,
    chains: chains.map(reportedChain),
    foreignKeys: [...foreignKeys],
    result: resultOf(findings),
  };
}

function reportedChain({ chain, check }: CheckedChain): EvidenceReport['chains'][number] {
  return {
    chain: chainPrefix(chain),
    kind: chain.kind,
    createdAt: chain.createdAt,
    result: check.kind,
    problems: check.kind === 'broken' ? [...check.problems] : [],
    statements:
      check.kind === 'absent'
        ? []
        : check.statements.map(({ storedAt, ...stored }) => ({ ...stored, storedAt: storedAt.toISOString() })),
  };
}
