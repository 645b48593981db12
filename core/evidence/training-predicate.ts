import { z } from 'zod';
import { contract } from '../contract';
import { fact } from './fact';
import { ExperimentId, RunId, S3Object, Sha256, setOf } from './fields';
import { JobConfiguration } from './job-configuration';
import { aboutOneOf, isResolved } from './predicate-frame';
import { Citation, ResolvedData } from './resolved-data';
import { Claim, LoggedValues } from './told';

const Run = z.strictObject({
  runId: RunId,
  experimentId: ExperimentId.optional(),
  parameters: LoggedValues,
  metrics: LoggedValues,
});

const ModelBytes = z.strictObject({ object: S3Object, sha256: Sha256, sizeBytes: z.int().min(0) });

/**
 * What a training job was given and what it made.
 */
export const TrainingPredicate = z
  .strictObject({
    ...aboutOneOf(['training-job']),
    configuration: fact(JobConfiguration),
    data: ResolvedData.optional(),
    /** the statement about the dataset at the moment of its making; null where there is none. */
    datasetStatement: fact(Citation).nullable(),
    claims: setOf(Claim, contract.limits.evidenceClaims),
    runs: fact(setOf(Run, contract.limits.runsPerJob)),
    /** null where the job made no model, or its bytes could not be read. */
    model: fact(ModelBytes).nullable(),
  })
  .refine(({ outcome, data }) => data !== undefined || !isResolved(outcome), {
    error: 'only an unresolved statement may be without data',
  })
  .refine(({ outcome, datasetStatement }) => outcome.status !== 'verified' || datasetStatement !== null, {
    error: 'a verified statement cites the statement about its dataset',
  })
  .refine(({ outcome, claims }) => outcome.status !== 'verified' || claims.every(({ agrees }) => agrees), {
    error: 'a verified statement has no claim that differs',
  });
