import { contract } from '../core/contract';
import type { Run } from '../core/mlflow/mlflow-client';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';

export interface Trace {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

const { runTags } = contract;

const LINKS: readonly (readonly [label: string, tag: string])[] = [
  ['training job', runTags.trainingJobArn],
  ['data repository', runTags.dataRepository],
  ['data revision', runTags.dataRevision],
  ['data commit', runTags.dataCommit],
  ['dataset', runTags.dataset],
];

/**
 * The chain from a run to its datasets, as the run's tags tell it.
 *
 * Tags alone prove nothing, because whoever may log to the app may rewrite them: no run is `verified` here.
 */
export function traceRun(run: Run): Trace {
  const status = run.tags[runTags.status];
  if (status === undefined) {
    return {
      lines: [`run ${run.id} has no lineage: nothing has been derived for it yet, or it is no run of a training job`],
      exitCode: EXIT.notProvable,
    };
  }
  const assurance = run.tags[runTags.assurance] ?? 'none';
  const lines = [
    entry('run', run.id),
    ...LINKS.flatMap(([label, tag]) =>
      (run.tags[tag] ?? '')
        .split('\n')
        .filter(Boolean)
        .map((value) => entry(label, value)),
    ),
    entry('status', `${status}, assurance ${assurance} (as tagged; no evidence was checked)`),
    entry('', run.tags[runTags.reason] ?? 'no reason given'),
  ];
  return { lines, exitCode: status === 'conflict' ? EXIT.conflict : EXIT.notProvable };
}

function entry(label: string, value: string): string {
  return `${label.padEnd(16)} ${terminalText(value)}`;
}
