import { describeMachine } from '../../bench/machine';
import { markdownTable } from '../../bench/markdown-table';
import type { PhaseReport } from './phases';
import type { Phase } from './plan';
import type { SoakReport } from './soak';

const WHAT_IS_BROKEN: Record<Phase, string> = {
  calm: 'nothing',
  'mlflow-down': 'MLflow closes every connection for 30 minutes',
  'mlflow-slow': 'MLflow takes 30 seconds for each answer; the functions wait 20',
  'mlflow-errors': 'MLflow answers 429 or 500 half of the time',
  'sagemaker-throttled': 'SageMaker throttles',
  'git-down': 'the Git host closes every connection for 30 minutes',
  'token-wrong': 'the token is refused; then it is right again, and what is parked is sent again',
  'repository-rewritten': 'the branch is replaced by force, tags are moved and deleted',
  'evidence-refused': 'the evidence bucket answers 403 or 503 for 5 minutes',
  'functions-killed': 'functions are killed after one of their writes, before they learn of it',
  'mlflow-empty': 'MLflow is restarted empty; then its runs are back, and what is parked is sent again',
  'mlflow-down-12-hours': 'MLflow closes every connection for 12 hours',
  'git-down-12-hours': 'the Git host closes every connection for 12 hours',
};

/**
 * The page about a whole run.
 */
export function report(result: SoakReport, day: Date): string {
  const { options, jobs, phases, failures, contenders, replay, seconds } = result;
  return `# Soak test

Written by \`npm run test:soak -- --jobs ${options.jobs} --seed ${options.seed} --write\` on ${day.toISOString().slice(0, 10)}:
${describeMachine()}.

The events of ${text(jobs)} jobs went through the deployed bundles of the lineage-deriver and the run-tagger, each event 1 to 5
times and in no order, while something around them was broken. An oracle that shares no code with them says what has to come
of each job. [test/soak/README.md](../test/soak/README.md) says what is real in it, and what is not.

**${failures.length === 0 ? 'All is as expected: no job is lost, none is wrong, and all evidence verifies.' : `${text(failures.length)} things are not as expected.`}**

## What was broken, and what it took

${markdownTable(PHASE_HEAD, phases.map(phaseRow))}

"Sent again" counts parked messages that were sent back to work once the cause was mended, as \`ml-lineage redrive\` does.
No message was received too often at any time${deadLettered(phases)}. The soak took ${minutes(seconds)} in all.

## What came of the jobs

${markdownTable(['last statement about a job', 'jobs'], counts(result.outcomes))}

There are ${text(result.statements)} statements about them. Parked in the end:

${markdownTable(['reason', 'jobs'], counts(result.parked))}

- ${text(contenders)} invocations of the run-tagger dealt with the same job at the same moment.
- Functions were killed right after these writes:

${markdownTable(['write', 'kills'], counts(result.kills))}

- Every event was sent once more in the end, ${text(replay.events)} in all, which made ${text(replay.writes)} writes. Every version of the evidence, every run,
  model version and edge of the lineage graph is compared byte for byte with what was there before.
- A message that a consumer throws away has to be told as a lost job, and a run with another commit as a wrong one.
`;
}

const PHASE_HEAD = [
  'what is broken',
  'jobs',
  'events',
  'faults met',
  'invocations',
  'killed',
  'sent again',
  'scaled time',
  'time',
];

function phaseRow(phase: PhaseReport): string[] {
  const numbers = [phase.jobs, phase.events, phase.faultsMet, phase.invocations, phase.deaths, phase.sentAgain];
  const times = [minutes(phase.scaledSeconds), minutes(phase.seconds)];
  return [WHAT_IS_BROKEN[phase.phase], ...numbers.map(text), ...times];
}

function deadLettered(phases: readonly PhaseReport[]): string {
  const count = phases.reduce((sum, phase) => sum + phase.deadLettered, 0);
  return count === 0 ? ', in 12 hours without MLflow or the Git host neither' : `, but for ${text(count)}`;
}

function counts(map: ReadonlyMap<string, number>): string[][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, count]) => [name, text(count)]);
}

const text = (count: number) => count.toLocaleString('en');

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) {
    return `${whole} s`;
  }
  return whole < 7200 ? `${Math.round(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}
