import type { ExaminedTraining } from './examine-training';
import { commitOf } from './follow-container';
import type { GivenJob, GivenJobs, SoughtData } from './given-jobs';
import type { Link } from './link';
import { SourceFailure } from './source-failure';
import { datasetsOf } from './traced-data';

const GRAPH = "SageMaker's lineage graph";

/**
 * Who knows that a job was given data, and whether its own data says so too.
 */
export function givenLink(
  { runs, isDrawn }: GivenJob,
  { md5s, dataCommit }: SoughtData,
  { tagged, drawn }: GivenJobs,
  training: ExaminedTraining,
): Link {
  const common = { kind: 'given to', value: training.name, sources: ['MLflow', 'SageMaker'] } as const;
  const own = datasetsOf(training);
  if (isDrawn && own.length > 0 && !own.some(({ md5 }) => md5s.includes(md5))) {
    // an edge stays when its job is deleted and another gets its name, and whoever may may draw one.
    const check = `${GRAPH} leads to it, and the data of the job that has this name now is another`;
    return { ...common, outcome: 'ambiguous', problem: 'job-of-other-data', check };
  }
  const commit = commitOf(training);
  const elsewhere =
    dataCommit !== undefined && commit !== undefined && commit !== dataCommit
      ? `; it was given the same data at the data commit ${commit}`
      : '';
  const isTagged = runs.length > 0;
  if (isTagged && isDrawn) {
    return { ...common, outcome: 'agrees', check: `runs in MLflow are tagged with it, and ${GRAPH} leads to it` };
  }
  const [known, other, problem] = isTagged
    ? ([`${countOf(runs.length)} in MLflow tagged with it`, drawn, 'not-in-graph'] as const)
    : ([`${GRAPH} leads to it`, tagged, 'not-in-mlflow'] as const);
  const lacking = isTagged ? `${GRAPH} does not lead to it` : 'no run in MLflow is tagged with it';
  const why = other instanceof SourceFailure ? `what ${other.source} says of it is not known` : lacking;
  return { ...common, outcome: 'not-compared', problem, check: `${known}${elsewhere}; ${why}` };
}

function countOf(number: number): string {
  return number === 1 ? '1 run is' : `${number} runs are`;
}
