import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Sources } from '../chain/derive-data';
import { CannotSucceed } from '../delivery/failures';
import { rateLimit } from '../http/rate-limit';
import type { SecretReader } from '../secrets/secret-reader';
import { type AllowedRepository, findAllowed } from './allowed-repositories';
import { type GitAuthorization, noAuthorization, tokenAuthorization } from './authorization';
import { codeCommitAuthorization, parseCodeCommitUrl } from './codecommit-authorization';
import { DataRepositoryReader } from './data-repository';
import { GitRefused, GitResponseTooLarge } from './git-errors';

/**
 * The data repositories that a platform allows: each read with its own token, or at CodeCommit with the credentials
 * of AWS.
 */
export function allowedRepositorySource(
  repositories: readonly AllowedRepository[],
  readSecret: SecretReader,
  credentials: AwsCredentialIdentityProvider,
): Sources['repository'] {
  // one for all: they are mostly at one host, and a host that was asked too often is asked less by all.
  const limited = rateLimit();
  return (named) => {
    const allowed = findAllowed(repositories, named);
    return (
      allowed && {
        url: allowed.url,
        async read(revision) {
          const authorization = await authorizationOf(allowed, readSecret, credentials);
          try {
            return await new DataRepositoryReader(allowed.url, authorization, { limited }).readRevision(revision);
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

async function authorizationOf(
  { url, tokenSecretArn }: AllowedRepository,
  readSecret: SecretReader,
  credentials: AwsCredentialIdentityProvider,
): Promise<GitAuthorization> {
  if (tokenSecretArn !== undefined) {
    return tokenAuthorization(await readSecret(tokenSecretArn));
  }
  const repository = parseCodeCommitUrl(url);
  return repository ? codeCommitAuthorization(repository, credentials) : noAuthorization;
}
