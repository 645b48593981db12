import { z } from 'zod';
import { PARKED_BECAUSE } from './failures';

export const REDRIVE_FORMAT = 'tag:cdk-ml-lineage,2026:redrive-report/v1';

/**
 * The queues of a platform whose messages can be parked, as the command line names them.
 */
export const WORK_QUEUES = ['derivation', 'tagging', 'changes', 'checkpoint', 'walk'] as const;
export type WorkQueueName = (typeof WORK_QUEUES)[number];

const count = z.int().min(0);

/**
 * What was parked and what was sent back, for machines. A member that is new gets a new version of the format.
 */
export const RedriveReport = z.strictObject({
  format: z.literal(REDRIVE_FORMAT),
  /** nothing was sent. */
  isPlan: z.boolean(),
  queues: z.array(
    z.strictObject({
      queue: z.enum(WORK_QUEUES),
      parked: z.array(
        z.strictObject({
          reason: z.enum(PARKED_BECAUSE),
          messages: count,
          sent: count,
          oldest: z.iso.datetime(),
          /** what was said of the oldest one. */
          explanation: z.string(),
          /** by which the logs tell of the oldest one. */
          correlationId: z.string(),
        }),
      ),
    }),
  ),
});
export type RedriveReport = z.infer<typeof RedriveReport>;
