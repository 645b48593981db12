import { isTaggedAsOther } from '../chain/run-membership';
import { type RunTags, reconcileTags, type StoredTraining, statementTags } from '../chain/run-tags';
import { contract } from '../contract';
import { sha256 } from '../evidence/digest';
import type { LastTraining } from '../evidence/last-trainings';
import type { EndedTrainingJob } from '../sagemaker/training-job';
import type { Estate } from './estate';

const { dataCommit, primaryRun } = contract.runTags;

/**
 * The names of those tags of a run or a model of a job that are not as the last statement about the job says.
 *
 * Another data commit that the statement itself tells of is known, and stays.
 */
export function differingTags(tags: RunTags, stored: StoredTraining, runId: string): string[] {
  const { claims, runs, about } = stored.statement.predicate;
  const wanted = statementTags(stored);
  const differing = Object.keys(reconcileTags(wanted, tags));
  if (!runs.value.some((run) => run.runId === tags[primaryRun]) && !isTaggedAsOther(tags, about.arn)) {
    differing.push(primaryRun);
  }
  const there = tags[dataCommit];
  if (there !== undefined && there !== wanted[dataCommit] && !isTaggedAsOther(tags, about.arn)) {
    const isKnown = claims.some(
      ({ claimed, runId: of, said, agrees }) =>
        claimed === 'data-commit' &&
        of === runId &&
        !agrees &&
        ('value' in said ? said.value === there : said.sha256 === sha256(there)),
    );
    return isKnown ? differing : [...differing, dataCommit];
  }
  return differing;
}

/**
 * Whether nothing of ours is written there yet.
 */
export function isUntagged(tags: RunTags): boolean {
  return Object.values(contract.runTags).every((name) => !(name in tags));
}

/**
 * The last statement about the job whose statement names a run; `undefined` where no statement does.
 */
export async function statementOfRun(
  runId: string,
  jobName: string,
  estate: Estate,
): Promise<LastTraining | undefined> {
  const stated = await estate.trainings(jobName);
  return stated.find(({ statement }) => statement.predicate.runs.value.some((run) => run.runId === runId));
}

/**
 * The job that a statement is about; `undefined` where it is gone, or another one has its name.
 */
export async function jobOfStatement(
  { statement: { predicate } }: LastTraining,
  estate: Estate,
): Promise<EndedTrainingJob | undefined> {
  const { arn, name, createdAt } = predicate.about;
  const job = await estate.trainingJobNamed(name);
  return job?.identity.arn === arn && job.identity.createdAt === createdAt ? job : undefined;
}
