import { z } from 'zod';
import { fact } from './fact';
import { DvcRemoteUrl } from './fields';
import { aboutOneOf, isResolved } from './predicate-frame';
import { ConfiguredData, ResolvedData } from './resolved-data';

/**
 * What a processing job made: revision → data commit → datasets → DVC remote, as found at its end.
 */
export const DatasetPredicate = z
  .strictObject({
    ...aboutOneOf(['processing-job']),
    configured: fact(ConfiguredData),
    remote: fact(z.strictObject({ url: DvcRemoteUrl })),
    data: ResolvedData.optional(),
  })
  .refine(({ outcome, data }) => data !== undefined || !isResolved(outcome), {
    error: 'only an unresolved statement may be without data',
  });
