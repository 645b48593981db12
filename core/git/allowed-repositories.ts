import { z } from 'zod';
import { pattern } from '../contract';

/**
 * A data repository that jobs may name, and the secret with the token that reads it.
 */
export const AllowedRepository = z.strictObject({
  url: z.string().regex(pattern('dataRepositoryUrl')),
  tokenSecretArn: z.string().min(1).optional(),
});
export type AllowedRepository = z.infer<typeof AllowedRepository>;

/**
 * Finds the repository that a job named, whether or not it wrote the `.git` at the end.
 *
 * The address that is then read is the one of the list, never the one of the job.
 */
export function findAllowed(repositories: readonly AllowedRepository[], named: string): AllowedRepository | undefined {
  return repositories.find(({ url }) => withoutEnding(url) === withoutEnding(named));
}

function withoutEnding(url: string): string {
  return url.replace(/\.git$/, '');
}
