import { chainPrefix } from '../core/evidence/chain-key';
import type { OpenedExport } from '../core/evidence/open-export';
import type { StoredStatement } from '../core/evidence/verify-chain';
import type { CheckedChain, EvidenceFindings } from '../core/evidence/verify-evidence';
import { terminalText } from './terminal-text';

const LABEL_WIDTH = 16;

/**
 * The evidence about a name for people: what each statement says, and all that is wrong with the chains.
 *
 * @param describe tells one statement
 */
export function evidenceText(
  { name, kinds, chains, foreignKeys, exported }: EvidenceFindings,
  describe: (statement: StoredStatement) => string[],
): string {
  const foreign = foreignKeys.map((key) => entry('BROKEN', `${key} is no key of a statement: somebody else wrote it`));
  const none =
    chains.length === 0
      ? [entry('evidence', `none about anything of the name ${name} (${kinds.map(inWords).join(', ')})`)]
      : [];
  return [
    ...(exported ? exportLines(exported) : []),
    ...none,
    ...chains.flatMap((checked) => chainLines(checked, describe)),
    ...foreign,
    '',
  ].join('\n');
}

/**
 * A statement in one line.
 */
export function statementLine({ statement: { predicate } }: StoredStatement): string[] {
  const { sequence, recordedAt, recordedBy } = predicate;
  const outcome = 'outcome' in predicate ? `${predicate.outcome.status}, assurance ${predicate.outcome.assurance}` : '';
  const commit = 'data' in predicate && predicate.data && 'resolution' in predicate.data ? predicate.data : undefined;
  const data = commit ? `, data commit ${commit.resolution.value.dataCommit}` : '';
  return [entry(`statement ${sequence}`, `${outcome}${data}, recorded ${recordedAt} by ${recordedBy}`)];
}

function chainLines({ chain, check }: CheckedChain, describe: (statement: StoredStatement) => string[]): string[] {
  const heading = entry('evidence', chainPrefix(chain));
  if (check.kind === 'absent') {
    return [heading, entry('', 'no statement is there')];
  }
  const statements = check.statements.flatMap(describe);
  if (check.kind === 'intact') {
    return [heading, ...statements, entry('', 'each signature, place and link was verified')];
  }
  const hint = check.problems.some(({ code }) => code === 'untrusted-key')
    ? [entry('', 'trust another key only if those who run the platform name it to you: --trust takes several')]
    : [];
  return [
    heading,
    ...statements,
    ...check.problems.map(({ code, key, explanation }) => entry('BROKEN', `${code} at ${key}: ${explanation}`)),
    ...hint,
  ];
}

function exportLines({ list, listSha256, problems }: OpenedExport): string[] {
  return [
    entry('export', `of the bucket ${list.bucket}, made ${list.exportedAt} by ${list.exportedBy}`),
    entry('', `its list has the SHA-256 ${listSha256}`),
    entry(
      '',
      'the list is not signed: versions, delete markers and last statements that it leaves out are not noticed',
    ),
    ...problems.map((problem) => entry('BROKEN', problem)),
  ];
}

function inWords(kind: string): string {
  return kind.replace('-', ' ');
}

function entry(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${terminalText(value)}`;
}
