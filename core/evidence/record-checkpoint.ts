import { type AppendedStatement, appendAfterLatest, type EvidenceLedger } from './append-statement';
import { type Checkpoint, checkpointDraft } from './checkpoint';
import type { Day } from './day';
import { PREDICATE_TYPES } from './predicate-types';
import type { CheckpointProblem } from './problems';
import type { Statement } from './statement';
import { surveyChains } from './survey-chains';
import type { CountedDay } from './take-census';

export interface RecordedCheckpoint extends AppendedStatement {
  readonly checkpoint: Checkpoint;
  /** all of them, also those that the checkpoint has no room for. */
  readonly problems: readonly CheckpointProblem[];
}

/**
 * Verifies what was added to a platform's chains since the last checkpoint, and that nothing of before is gone, and adds
 * the next checkpoint, which says so; unless the last one says the same.
 *
 * Each checkpoint follows from the one before it: where another one was added meanwhile, all is looked at again.
 *
 * @throws ChainBroken where the chain of the checkpoints themselves is not as it was written
 */
export async function recordCheckpoint(
  { platform, recordedBy, day }: { readonly platform: string; readonly recordedBy: string; readonly day: Day },
  counted: CountedDay,
  ledger: EvidenceLedger,
): Promise<RecordedCheckpoint> {
  let problems: readonly CheckpointProblem[] = [];
  const appended = await appendAfterLatest(
    { platform, kind: 'checkpoint' },
    async (latest) => {
      const known = latest ? checkpointOf(latest).heads : [];
      const survey = await surveyChains(platform, known, 'new', ledger);
      problems = survey.problems;
      return checkpointDraft({ platform, recordedBy, day: day.date, census: counted(survey.heads) }, survey);
    },
    ledger,
  );
  return { ...appended, checkpoint: checkpointOf(appended.statement), problems };
}

/**
 * What a statement of the chain of checkpoints says.
 */
export function checkpointOf(statement: Statement): Checkpoint {
  if (statement.predicateType !== PREDICATE_TYPES.checkpoint) {
    throw new Error(`a checkpoint was expected, got a statement of the type ${statement.predicateType}`);
  }
  // the types of the union do not follow its tag.
  return statement.predicate as Checkpoint;
}
