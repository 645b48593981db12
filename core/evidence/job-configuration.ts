import { z } from 'zod';
import { ContainerImage, Instant, RoleArn } from './fields';
import { ConfiguredData } from './resolved-data';

/**
 * How a job was set up, which nobody can change once it exists, and how it ended.
 */
export const JobConfiguration = z.strictObject({
  ...ConfiguredData.shape,
  roleArn: RoleArn,
  image: ContainerImage.optional(),
  jobStatus: z.enum(['Completed', 'Failed', 'Stopped']),
  endedAt: Instant,
});
