import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSource } from './event-source';
import type { ScaledClock } from './scaled-clock';

const PAUSE_MILLISECONDS = 5;

/**
 * Works until all queues are empty and every appointment is kept. Where everybody waits, the clock goes on to the moment
 * for which they wait.
 */
export async function workUntilDone(clock: ScaledClock, sources: readonly EventSource[]): Promise<void> {
  for (;;) {
    await clock.keepAppointments();
    for (const source of sources) {
      source.pump();
    }
    if (sources.some(({ busy }) => busy)) {
      await Promise.race([sleep(PAUSE_MILLISECONDS), ...sources.filter(({ busy }) => busy).map((one) => one.next())]);
      continue;
    }
    const moments = [clock.nextAppointment(), ...sources.map(({ queue }) => queue.nextVisible())];
    const due = moments.filter((moment): moment is number => moment !== undefined);
    if (due.length === 0) {
      return;
    }
    clock.skipTo(Math.min(...due));
  }
}
