import { z } from 'zod';
import { fact } from './fact';
import { Explanation, Instant } from './fields';

const Count = z.int().min(0);

/**
 * Jobs of one kind that were created on the day.
 */
const JobCount = z
  .strictObject({
    /** by SageMaker, in this account and region. */
    listed: Count,
    /** of these, how many belong to the platform. */
    inScope: Count,
    /** of the platform's, how many had not ended yet when they were counted. */
    running: Count,
    /** of the platform's, how many have a statement. */
    withStatement: Count,
  })
  .refine(
    ({ listed, inScope, running, withStatement }) =>
      inScope <= listed && running <= inScope && withStatement <= inScope,
    { error: 'a part cannot be more than the whole' },
  );

/**
 * Runs of the platform's MLflow App that began on the day, as their loggers say.
 */
const RunCount = z
  .strictObject({
    started: Count,
    /** of these, how many carry the platform's tag. */
    tagged: Count,
    /** of the tagged, how many name a statement that is there. */
    withStatement: Count,
  })
  .refine(({ started, tagged, withStatement }) => tagged <= started && withStatement <= tagged, {
    error: 'a part cannot be more than the whole',
  });

/**
 * Model versions that were registered on the day.
 */
const ModelVersionCount = z.strictObject({ registered: Count });

/**
 * What could not be counted is said, and is never zero.
 */
const counted = <T extends z.ZodType>(count: T) =>
  z.union([fact(count), z.strictObject({ notCounted: Explanation, at: Instant })]);

/**
 * How many there were of what the services themselves list, and how many of them have evidence.
 */
export const Census = z.strictObject({
  processingJobs: counted(JobCount),
  trainingJobs: counted(JobCount),
  runs: counted(RunCount),
  modelVersions: counted(ModelVersionCount),
});
export type Census = z.infer<typeof Census>;
