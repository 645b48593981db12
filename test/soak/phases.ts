import { performance } from 'node:perf_hooks';
import { type Phase, phaseNumber } from './plan';
import type { Planting } from './planting';
import { SERVICES } from './proxies';
import { type Scene, WEATHER } from './weather';
import { workUntilDone } from './work';

export interface PhaseReport {
  readonly phase: Phase;
  /** that ended in it. */
  readonly jobs: number;
  readonly events: number;
  readonly faultsMet: number;
  /** invocations, and those during which the function died. */
  readonly invocations: number;
  readonly deaths: number;
  /** messages that were received too often. */
  readonly deadLettered: number;
  /** parked messages that were sent to work again. */
  readonly sentAgain: number;
  /** by the scaled clock, and by that of the wall. */
  readonly scaledSeconds: number;
  readonly seconds: number;
}

/**
 * Sends the events of a phase while what it says is broken, until nothing is left to do.
 */
export async function runPhase(phase: Phase, scene: Scene, planting: Planting): Promise<PhaseReport> {
  const { clock, functions } = scene;
  const { deriver, tagger } = functions;
  const number = phaseNumber(phase);
  const jobs = planting.jobs.filter((job) => job.phase === number);
  await planting.plant(jobs);
  const before = { ...counters(scene), scaled: clock.now(), real: performance.now() };
  const weather = WEATHER[phase];
  await weather.begin(scene);
  const events = planting.jobs.flatMap((job) =>
    job.deliveries.filter((delivery) => delivery === number).map(() => planting.eventOf(job)),
  );
  for (const event of events) {
    deriver.queue.send(event);
  }
  await workUntilDone(clock, [deriver, tagger]);
  const sentAgain = (await weather.end?.(scene)) ?? 0;
  await workUntilDone(clock, [deriver, tagger]);
  const after = counters(scene);
  return {
    phase,
    jobs: jobs.length,
    events: events.length,
    faultsMet: after.faultsMet - before.faultsMet,
    invocations: after.invocations - before.invocations,
    deaths: after.deaths - before.deaths,
    deadLettered: after.deadLettered - before.deadLettered,
    sentAgain,
    scaledSeconds: clock.now() - before.scaled,
    seconds: (performance.now() - before.real) / 1000,
  };
}

// what is broken in them is not seen on the wire.
const OFF_THE_WIRE: readonly Phase[] = ['calm', 'repository-rewritten', 'functions-killed', 'mlflow-empty'];

/**
 * The phases in which nothing was broken although something had to be.
 */
export function harmlessPhases(phases: readonly PhaseReport[]): string[] {
  return phases
    .filter(({ phase, faultsMet, deaths }) =>
      phase === 'functions-killed' ? deaths === 0 : faultsMet === 0 && !OFF_THE_WIRE.includes(phase),
    )
    .map(({ phase }) => `no fault was met in the phase ${phase}`);
}

function counters({ proxies, functions }: Scene) {
  const { deriver, tagger } = functions;
  return {
    faultsMet: SERVICES.reduce((sum, service) => sum + proxies[service].faultsMet, 0),
    invocations: deriver.invoked + tagger.invoked,
    deaths: deriver.deaths + tagger.deaths,
    deadLettered: deriver.queue.deadLettered + tagger.queue.deadLettered,
  };
}
