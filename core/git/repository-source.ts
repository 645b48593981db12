import type { Sources } from '../chain/derive-training';
import { CannotSucceed } from '../delivery/failures';
import type { SecretReader } from '../secrets/secret-reader';
import { type AllowedRepository, findAllowed } from './allowed-repositories';
import { DataRepositoryReader } from './data-repository';
import { GitRefused, GitResponseTooLarge } from './git-errors';

/**
 * The data repositories that a platform allows, each read with its own token.
 */
export function allowedRepositorySource(
  repositories: readonly AllowedRepository[],
  readSecret: SecretReader,
): Sources['repository'] {
  return (named) => {
    const allowed = findAllowed(repositories, named);
    return (
      allowed && {
        url: allowed.url,
        async read(revision) {
          const token = allowed.tokenSecretArn === undefined ? undefined : await readSecret(allowed.tokenSecretArn);
          try {
            return await new DataRepositoryReader(allowed.url, token).readRevision(revision);
          } catch (error) {
            if (error instanceof GitResponseTooLarge) {
              return 'too-large';
            }
            if (error instanceof GitRefused) {
              throw new CannotSucceed('git-refused', error.message, { cause: error });
            }
            throw error;
          }
        },
      }
    );
  };
}
