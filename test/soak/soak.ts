import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Sandbox } from '../../sandbox/instance';
import { askCommandLine } from './command-line';
import { AT_ONCE, contend } from './contention';
import { controlLoss, controlWrong } from './controls';
import { makeEstate } from './estate';
import { type Functions, startFunctions } from './functions';
import { Killer } from './killer';
import { type Observed, observe } from './observed';
import { parkedReasons } from './parked';
import { harmlessPhases, type PhaseReport, runPhase } from './phases';
import { makePlan, PHASES, REVISIONS } from './plan';
import { Planting } from './planting';
import { SERVICES, startProxies } from './proxies';
import { Random } from './random';
import { type Replay, replay } from './replay';
import { ScaledClock } from './scaled-clock';
import { failuresIn } from './verdicts';
import type { Scene } from './weather';

export interface SoakOptions {
  readonly seed: number;
  readonly jobs: number;
  say(text: string): void;
}

export interface SoakReport {
  readonly options: Pick<SoakOptions, 'seed' | 'jobs'>;
  /** how many ended: makers of data come with the jobs that are drawn. */
  readonly jobs: number;
  readonly phases: readonly PhaseReport[];
  /** how often functions were killed, by what they had just written. */
  readonly kills: ReadonlyMap<string, number>;
  readonly contenders: number;
  /** jobs, by the status of their last statement. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** jobs, by the reason for which they are parked. */
  readonly parked: ReadonlyMap<string, number>;
  readonly statements: number;
  readonly replay: Replay;
  /** what is not as expected, each in one sentence. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

/**
 * Sends the events of many jobs through the deployed functions while everything around them breaks, and compares what came
 * of each job with what has to.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { seed, say } = options;
  const sandbox = await Sandbox.start({ name: `soak-${seed}` });
  const killer = new Killer(new Random(seed + 1));
  const proxies = await startProxies(sandbox, killer);
  let functions: Functions | undefined;
  let isWell = false;
  try {
    say('a platform on the local AWS');
    const estate = await makeEstate(sandbox, proxies.git.url, say);
    const clock = new ScaledClock();
    const random = new Random(seed + 2);
    const addresses = { aws: proxies.aws.url, sagemaker: proxies.sagemaker.url, mlflow: proxies.mlflow.url };
    say('the functions');
    functions = await startFunctions(estate, addresses, clock, random, killer);
    const result = await perform(options, { estate, proxies, functions, clock, random, killer, moved: new Map() });
    isWell = result.failures.length === 0;
    return result;
  } finally {
    await functions?.deriver.stop();
    await functions?.tagger.stop();
    await functions?.endpoint.stop();
    await Promise.all(SERVICES.map((service) => proxies[service].stop()));
    await sandbox.stop();
    if (isWell) {
      await rm(sandbox.directory, { recursive: true, force: true });
    } else {
      say(`what functions and services have logged: ${join(sandbox.directory, 'logs')}`);
    }
  }
}

async function perform({ seed, jobs, say }: SoakOptions, scene: Scene): Promise<SoakReport> {
  const started = performance.now();
  const planting = await Planting.begin(scene.estate, makePlan(seed, jobs).jobs);
  const phases: PhaseReport[] = [];
  for (const phase of PHASES) {
    const report = await runPhase(phase, scene, planting);
    const { events, faultsMet, deaths, seconds } = report;
    say(
      `${phase}: ${report.jobs} jobs, ${events} events, ${faultsMet} faults, ${deaths} kills, ${seconds.toFixed(1)} s`,
    );
    phases.push(report);
  }
  const contended = await planting.plantOneMore(`contended-${seed}`, REVISIONS.kept[0] ?? '');
  const contenders = await contend(scene, planting.eventOf(contended));
  say(`${contenders} invocations at once for one job`);
  const failures = harmlessPhases(phases);
  if (contenders < AT_ONCE) {
    failures.push(`only ${contenders} invocations were at work at once`);
  }
  failures.push(...(await controlLoss(scene, planting, `thrown-away-${seed}`)));

  say('what came of the jobs');
  const found = await observe(scene.estate);
  failures.push(...controlWrong(scene, planting, found));
  failures.push(...failuresIn(found, scene, planting));
  failures.push(...(await askCommandLine(scene.estate, found.statements)));
  const parked = countParked(scene);
  say('everything once more');
  const replayed = await replay(found, scene, planting);
  // what was wrong before is wrong still.
  failures.push(...replayed.failures.filter((failure) => !failures.includes(failure)));
  return {
    options: { seed, jobs },
    jobs: planting.jobs.length,
    phases,
    kills: scene.killer.killed,
    contenders,
    outcomes: countOutcomes(found),
    parked,
    statements: [...found.statements.values()].reduce((sum, { length }) => sum + length, 0),
    replay: replayed,
    failures,
    seconds: (performance.now() - started) / 1000,
  };
}

function countOutcomes({ statements }: Observed): Map<string, number> {
  const counts = new Map<string, number>();
  for (const chain of statements.values()) {
    const predicate = chain.at(-1)?.statement.predicate;
    grow(counts, predicate && 'outcome' in predicate ? predicate.outcome.status : 'none');
  }
  return counts;
}

function countParked({ functions: { derivationParking, taggingParking } }: Scene): Map<string, number> {
  const counts = new Map<string, number>();
  for (const reasons of parkedReasons([derivationParking, taggingParking]).values()) {
    for (const reason of new Set(reasons)) {
      grow(counts, reason);
    }
  }
  return counts;
}

function grow(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
