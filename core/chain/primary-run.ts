import type { TaggedRun } from './tag-runs';

/**
 * Which of a job's runs stands for the job: the one with the model.
 *
 * Of several with a model it is the last to start; without any model it is the first run, under which the others hang.
 */
export function primaryRun(runs: readonly TaggedRun[]): TaggedRun | undefined {
  const byStart = [...runs].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime() || (a.id < b.id ? -1 : 1));
  return byStart.filter(({ hasModel }) => hasModel).at(-1) ?? byStart[0];
}
