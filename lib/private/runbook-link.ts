const RUNBOOK = 'https://github.com/cdk-ml-lineage/cdk-ml-lineage/blob/main/docs/runbook.md';

/**
 * Where people read what to do about an alarm.
 *
 * @param section of the runbook, or the id of an alarm that has a section of its own
 */
export function runbookLink(section: string): string {
  const anchor = section.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  return `${RUNBOOK}#${anchor}`;
}
