import { type ChainName, chainPrefix } from '../core/evidence/chain-key';
import type { Statement } from '../core/evidence/statement';
import type { ChainCheck } from '../core/evidence/verify-chain';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';

export interface EvidenceFindings {
  readonly jobName: string;
  readonly chains: readonly { readonly chain: ChainName; readonly check: ChainCheck }[];
  readonly foreignKeys: readonly string[];
}

const LABEL_WIDTH = 16;

/**
 * The evidence about a job for people: what each statement says, and all that is wrong with the chains.
 */
export function evidenceText({ jobName, chains, foreignKeys }: EvidenceFindings): string {
  const lines = chains.flatMap(({ chain, check }) => [
    entry('evidence', chainPrefix(chain)),
    ...(check.kind === 'absent' ? [] : check.statements.map(({ statement }) => statementLine(statement))),
    ...(check.kind === 'broken'
      ? check.problems.map(({ code, key, explanation }) => entry('BROKEN', `${code} at ${key}: ${explanation}`))
      : [entry('', 'each signature, place and link was verified')]),
  ]);
  const foreign = foreignKeys.map((key) => entry('BROKEN', `${key} is no key of a statement: somebody else wrote it`));
  const none = chains.length === 0 ? [entry('evidence', `none about a training job ${jobName}`)] : [];
  return [...none, ...lines, ...foreign, ''].join('\n');
}

/**
 * How the command ends: what is broken is a conflict, and only the last statement of an intact chain can be a pass.
 */
export function evidenceExitCode({ chains, foreignKeys }: EvidenceFindings): number {
  const newest = chains.at(-1)?.check;
  if (foreignKeys.length > 0 || chains.some(({ check }) => check.kind === 'broken')) {
    return EXIT.conflict;
  }
  const last = newest?.kind === 'intact' ? newest.statements.at(-1)?.statement.predicate : undefined;
  const status = last && 'outcome' in last ? last.outcome.status : undefined;
  return status === 'verified' ? EXIT.verified : status === 'conflict' ? EXIT.conflict : EXIT.notProvable;
}

function statementLine({ predicate }: Statement): string {
  const { sequence, recordedAt, recordedBy } = predicate;
  const outcome = 'outcome' in predicate ? `${predicate.outcome.status}, assurance ${predicate.outcome.assurance}` : '';
  const commit = 'data' in predicate && predicate.data && 'resolution' in predicate.data ? predicate.data : undefined;
  const data = commit ? `, data commit ${commit.resolution.value.dataCommit}` : '';
  return entry(`statement ${sequence}`, `${outcome}${data}, recorded ${recordedAt} by ${recordedBy}`);
}

function entry(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${terminalText(value)}`;
}
