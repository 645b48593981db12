import { performance } from 'node:perf_hooks';

interface Appointment {
  readonly at: number;
  readonly action: () => Promise<void>;
}

/**
 * Seconds that pass as they do, and are skipped where nobody has anything to do until a later one.
 */
export class ScaledClock {
  private readonly started = performance.now();
  private skipped = 0;
  private appointments: Appointment[] = [];

  now(): number {
    return (performance.now() - this.started) / 1000 + this.skipped;
  }

  /** How many seconds were skipped so far. */
  get skippedSeconds(): number {
    return this.skipped;
  }

  skipTo(moment: number): void {
    this.skipped += Math.max(0, moment - this.now());
  }

  after(seconds: number, action: () => Promise<void>): void {
    this.appointments.push({ at: this.now() + seconds, action });
    this.appointments.sort((a, b) => a.at - b.at);
  }

  nextAppointment(): number | undefined {
    return this.appointments[0]?.at;
  }

  /** Does what is due. */
  async keepAppointments(): Promise<void> {
    for (;;) {
      const next = this.appointments[0];
      if (!next || next.at > this.now()) {
        return;
      }
      this.appointments.shift();
      await next.action();
    }
  }
}
