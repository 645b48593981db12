/**
 * A clock that skips the hours in which nothing happens: what comes after a skip is as much later.
 */
export class TimeLapse {
  private readonly skips: { readonly at: Date; readonly ms: number }[] = [];

  /** What the clock shows of a moment. */
  of(moment: Date): Date {
    const skipped = this.skips.filter(({ at }) => at <= moment).reduce((sum, { ms }) => sum + ms, 0);
    return new Date(moment.getTime() + skipped);
  }

  now(): Date {
    return this.of(new Date());
  }

  skip(ms: number): void {
    this.skips.push({ at: new Date(), ms });
  }
}
