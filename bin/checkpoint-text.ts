import { contract } from '../core/contract';
import type { Checkpoint } from '../core/evidence/checkpoint';
import type { CheckpointProblem } from '../core/evidence/problems';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';

export interface CheckpointFindings {
  readonly platform: string;
  /** what is wrong now. */
  readonly problems: readonly CheckpointProblem[];
  /** the newest checkpoint, if one could be verified. */
  readonly newest?: { readonly checkpoint: Checkpoint; readonly chainsNow: number };
}

type Census = Checkpoint['census'];

const LABEL_WIDTH = 16;
const PROBLEMS_SHOWN = 100;
const HOUR_MS = 60 * 60 * 1000;

/**
 * What a checkpoint is worth, for people: what it covers, how old it is, and all that is wrong.
 */
export function checkpointText(findings: CheckpointFindings, now: Date): string {
  const { platform, problems, newest } = findings;
  const lines = newest
    ? [...checkpointLines(newest.checkpoint, newest.chainsNow, now), ...censusLines(newest.checkpoint.census)]
    : [entry('checkpoint', `none of the platform ${platform} could be verified`)];
  const recorded = newest?.checkpoint.problems;
  const then = recorded?.found
    ? [entry('BROKEN', `the checkpoint itself found ${number(recorded.found)} problems when it was made`)]
    : [];
  const found = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ code, key, explanation }) => entry('BROKEN', `${code} at ${key}: ${explanation}`));
  const more = problems.length > found.length ? [entry('', `and ${number(problems.length - found.length)} more`)] : [];
  const whole =
    newest && problems.length === 0 && !recorded?.found
      ? [entry('', 'each statement was verified, and no chain ends before the checkpoint says')]
      : [];
  return [...lines, ...then, ...found, ...more, ...whole, ''].join('\n');
}

/**
 * How the command ends: what is broken now, or was when the checkpoint was made, is a conflict. An old checkpoint proves
 * nothing: those after it could have been cut off with what they knew.
 */
export function checkpointExitCode({ problems, newest }: CheckpointFindings, now: Date): number {
  if (problems.length > 0 || (newest && newest.checkpoint.problems.found > 0)) {
    return EXIT.conflict;
  }
  return newest && !isOld(newest.checkpoint, now) ? EXIT.verified : EXIT.notProvable;
}

function checkpointLines(checkpoint: Checkpoint, chainsNow: number, now: Date): string[] {
  const { platform, sequence, day, counts, merkleRoot, recordedAt, recordedBy } = checkpoint;
  const hours = number(Math.floor(ageMs(checkpoint, now) / HOUR_MS));
  const old = isOld(checkpoint, now)
    ? [
        entry(
          'NOT PROVABLE',
          `it is older than ${contract.limits.evidenceCheckpointHours} hours: later ones are missing`,
        ),
      ]
    : [];
  return [
    entry('checkpoint', `number ${sequence} of ${platform}, for ${day}, ${hours} hours old`),
    entry('', `recorded ${recordedAt} by ${recordedBy}`),
    ...old,
    entry('it covers', `${number(counts.statements)} statements in ${number(counts.chains)} chains`),
    entry('', `Merkle root ${merkleRoot}`),
    entry('there are now', `${number(chainsNow)} chains`),
  ];
}

function censusLines({ trainingJobs, processingJobs, runs, modelVersions }: Census): string[] {
  const jobs = (count: Census['trainingJobs']) =>
    told(
      count,
      ({ listed, inScope, running, withStatement }) =>
        `${number(listed)} listed, ${number(inScope)} of the platform, of these ${number(withStatement)} with a ` +
        `statement and ${number(running)} still running`,
    );
  return [
    entry('on that day', `training jobs: ${jobs(trainingJobs)}`),
    entry('', `processing jobs: ${jobs(processingJobs)}`),
    entry(
      '',
      `runs: ${told(
        runs,
        ({ started, tagged, withStatement }) =>
          `${number(started)} began, ${number(tagged)} tagged, of these ${number(withStatement)} name a statement that is there`,
      )}`,
    ),
    entry('', `model versions: ${told(modelVersions, ({ registered }) => `${number(registered)} registered`)}`),
  ];
}

function told<T>(count: { value: T } | { notCounted: string }, say: (value: T) => string): string {
  return 'value' in count ? say(count.value) : `NOT COUNTED: ${count.notCounted}`;
}

function isOld(checkpoint: Checkpoint, now: Date): boolean {
  return ageMs(checkpoint, now) > contract.limits.evidenceCheckpointHours * HOUR_MS;
}

function ageMs({ recordedAt }: Checkpoint, now: Date): number {
  return now.getTime() - Date.parse(recordedAt);
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function entry(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${terminalText(value)}`;
}
