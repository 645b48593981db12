import type { ParkedGroup } from '../core/delivery/redrive';
import { REDRIVE_FORMAT, type RedriveReport, type WorkQueueName } from '../core/delivery/redrive-report';
import { terminalText } from './terminal-text';

export interface RedrivenQueue {
  readonly queue: WorkQueueName;
  readonly parked: readonly ParkedGroup[];
}

/**
 * What was parked and what was sent back, for people.
 */
export function redriveText(queues: readonly RedrivenQueue[], isPlan: boolean): string {
  const lines = queues.flatMap(({ queue, parked }) =>
    parked.length === 0
      ? [`${queue}  nothing is parked`]
      : [queue, ...parked.flatMap((group) => groupLines(group, isPlan))],
  );
  return `${lines.map(terminalText).join('\n')}\n`;
}

/**
 * What was parked and what was sent back, for machines.
 */
export function redriveReport(queues: readonly RedrivenQueue[], isPlan: boolean): RedriveReport {
  return {
    format: REDRIVE_FORMAT,
    isPlan,
    queues: queues.map(({ queue, parked }) => ({
      queue,
      parked: parked.map(({ because, oldest, ...group }) => ({
        reason: because,
        oldest: oldest.toISOString(),
        ...group,
      })),
    })),
  };
}

function groupLines(group: ParkedGroup, isPlan: boolean): string[] {
  const { because, messages, sent, oldest, explanation, correlationId } = group;
  return [
    `  ${because}  ${messages} parked, ${isPlan ? 'nothing sent: this is a plan' : `${sent} sent back`}`,
    `    oldest       ${oldest.toISOString()}`,
    `    explanation  ${explanation || '(none)'}`,
    `    logged with  correlation_id ${correlationId}`,
  ];
}
