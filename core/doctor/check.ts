/**
 * How a check has ended. What depends on something that failed is not checked, and says so.
 */
export const CHECK_OUTCOMES = ['ok', 'failed', 'not-checked'] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

/**
 * What is looked at, in the order in which it is told.
 */
export const CHECK_GROUPS = ['machine', 'account', 'stack', 'rights', 'services', 'data repository'] as const;
export type CheckGroup = (typeof CHECK_GROUPS)[number];

/**
 * One thing that a question needs, and whether it is in order.
 */
export interface Check {
  readonly group: CheckGroup;
  readonly name: string;
  readonly outcome: CheckOutcome;
  /** what was found, or why it was not looked for. */
  readonly found: string;
  /** what to do about it, where it failed. */
  readonly remedy?: string;
}

export function ok(group: CheckGroup, name: string, found: string): Check {
  return { group, name, outcome: 'ok', found };
}

export function failed(group: CheckGroup, name: string, found: string, remedy: string): Check {
  return { group, name, outcome: 'failed', found, remedy };
}

export function notChecked(group: CheckGroup, name: string, found: string): Check {
  return { group, name, outcome: 'not-checked', found };
}
