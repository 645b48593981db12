import { BACKFILL_FORMAT, type BackfillReport } from '../core/reconcile/backfill-report';
import type { Gap } from '../core/reconcile/gap';
import { PHASES, type Walk } from '../core/reconcile/walk';
import { terminalText } from './terminal-text';

export interface Backfilled {
  readonly isPlan: boolean;
  readonly walk: Walk;
  readonly finished: boolean;
  readonly gaps: readonly Gap[];
}

/**
 * What was looked at and found, for people.
 */
export function backfillText({ isPlan, walk, finished, gaps }: Backfilled): string {
  const lines = [
    ...gaps.flatMap(({ kind, subject, explanation, mend }) => [
      `${kind}  ${subject}`,
      `    ${explanation}; ${doneAbout(mend, isPlan)}`,
    ]),
    `${walk.since} to ${walk.until}${finished ? '' : ', stopped before the end'}`,
    `  ${row('', 'looked at', "the platform's")}`,
    ...PHASES.flatMap((phase) => {
      const looked = walk.looked[phase];
      return looked ? [`  ${row(phase, String(looked.seen), String(looked.ours))}`] : [];
    }),
    ...Object.entries(walk.gaps).map(([kind, count]) => `  ${row(kind, '', String(count))}`),
    `  ${walk.messages} messages ${isPlan ? 'would be sent: this is a plan' : 'were sent'}`,
  ];
  return `${lines.map(terminalText).join('\n')}\n`;
}

/**
 * What was looked at and found, for machines.
 */
export function backfillReport({ isPlan, walk, finished, gaps }: Backfilled): BackfillReport {
  const { since, until, looked, messages } = walk;
  return {
    format: BACKFILL_FORMAT,
    ...{ isPlan, since, until, finished, looked, messages },
    gaps: gaps.map(({ kind, subject, explanation, mend }) => ({
      ...{ kind, subject, explanation },
      canBeMended: mend !== undefined,
    })),
    counts: walk.gaps,
  };
}

/**
 * Where a walk is, in one line.
 */
export function progressText({ phase, looked, gaps }: Walk): string {
  const { seen = 0, ours = 0 } = looked[phase] ?? {};
  const found = Object.values(gaps).reduce((sum, count) => sum + count, 0);
  return `${phase}: ${seen} looked at, ${ours} of the platform; ${found} gaps so far`;
}

function doneAbout(mend: Gap['mend'], isPlan: boolean): string {
  if (!mend) {
    return 'only a person can mend it';
  }
  return isPlan ? 'it would be looked at again' : 'it is looked at again';
}

function row(name: string, ...columns: string[]): string {
  return [name.padEnd(30), ...columns.map((column) => column.padStart(14))].join('').trimEnd();
}
