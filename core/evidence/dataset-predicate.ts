import { z } from 'zod';
import { fact } from './fact';
import { DvcRemoteUrl } from './fields';
import { JobConfiguration } from './job-configuration';
import { aboutOneOf, isResolved } from './predicate-frame';
import { ResolvedData } from './resolved-data';

/**
 * What a processing job was told to publish: revision → data commit → datasets → DVC remote, as found at its end.
 */
export const DatasetPredicate = z
  .strictObject({
    ...aboutOneOf(['processing-job']),
    configuration: fact(JobConfiguration),
    /** where the objects of all datasets were found; absent where not all of them were looked for. */
    remote: fact(z.strictObject({ url: DvcRemoteUrl })).optional(),
    data: ResolvedData.optional(),
  })
  .refine(({ outcome, data }) => data !== undefined || !isResolved(outcome), {
    error: 'only an unresolved statement may be without data',
  })
  .refine(({ outcome: { status }, remote }) => remote !== undefined || !['verified', 'recorded'].includes(status), {
    error: 'a statement in which nothing disagrees says where the objects are',
  });
