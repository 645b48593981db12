import { z } from 'zod';
import { GAP_KINDS } from './gap';
import { PHASES } from './walk';

export const BACKFILL_FORMAT = 'tag:cdk-ml-lineage,2026:backfill-report/v1';

const count = z.int().min(0);

/**
 * What a backfill looked at and found, for machines. A member that is new gets a new version of the format.
 */
export const BackfillReport = z.strictObject({
  format: z.literal(BACKFILL_FORMAT),
  /** nothing was sent. */
  isPlan: z.boolean(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  /** false where it was stopped before the end. */
  finished: z.boolean(),
  looked: z.partialRecord(z.enum(PHASES), z.strictObject({ seen: count, ours: count })),
  /** those since it was begun or gone on with. */
  gaps: z.array(
    z.strictObject({
      kind: z.enum(GAP_KINDS),
      subject: z.string(),
      explanation: z.string(),
      /** whether looking again may mend it; if not, a person has to. */
      canBeMended: z.boolean(),
    }),
  ),
  /** how many there are of each kind, with those from before it was gone on with. */
  counts: z.partialRecord(z.enum(GAP_KINDS), count),
  /** how many messages were sent, or would have been. */
  messages: count,
});
export type BackfillReport = z.infer<typeof BackfillReport>;
