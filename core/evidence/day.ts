const LENGTH_MS = 24 * 60 * 60 * 1000;

/**
 * A day in UTC.
 */
export interface Day {
  /** such as 2026-01-02. */
  readonly date: string;
  readonly start: Date;
  /** the first moment that is not in it. */
  readonly end: Date;
}

/**
 * The day that was over last at a moment.
 */
export function dayBefore(moment: Date): Day {
  const end = new Date(moment);
  end.setUTCHours(0, 0, 0, 0);
  const start = new Date(end.getTime() - LENGTH_MS);
  return { date: start.toISOString().slice(0, 10), start, end };
}

export function isInDay(moment: Date, { start, end }: Day): boolean {
  return start <= moment && moment < end;
}
