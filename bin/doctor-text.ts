import type { Check, CheckOutcome } from '../core/doctor/check';
import { isInOrder } from '../core/doctor/doctor-report';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';
import { wrapped } from './wrapped';

const MARKS: Record<CheckOutcome, string> = { ok: 'ok', failed: 'FAILED', 'not-checked': '?' };
const MARK_WIDTH = 8;
const COLUMNS = 100;

/**
 * What was checked, for people: what is in order in a line or two, what is not with what to do about it.
 */
export function doctorText(checks: readonly Check[]): string {
  const groups = [...new Set(checks.map(({ group }) => group))];
  const count = (outcome: CheckOutcome) => checks.filter((check) => check.outcome === outcome).length;
  return [
    ...groups.flatMap((group) => [group, ...checks.filter((check) => check.group === group).flatMap(checkLines)]),
    `${count('ok')} in order, ${count('failed')} failed, ${count('not-checked')} not checked`,
    '',
  ].join('\n');
}

/**
 * How the command ends. What could not be checked because something failed is told with what failed.
 */
export function doctorExitCode(checks: readonly Check[]): number {
  return isInOrder(checks) ? EXIT.verified : EXIT.notProvable;
}

function checkLines({ name, outcome, found, remedy }: Check): string[] {
  const margin = ''.padEnd(2 + MARK_WIDTH);
  const indented = (text: string) => wrapped(terminalText(text), COLUMNS - margin.length - 2);
  const [first = '', ...more] = indented(`${name}: ${found}`);
  const todo = remedy === undefined ? [] : indented(`do: ${remedy}`);
  return [
    `  ${MARKS[outcome].padEnd(MARK_WIDTH)}${first}`,
    ...more.map((line) => `${margin}  ${line}`),
    ...todo.map((line) => `${margin}  ${line}`),
  ];
}
