import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { ReadableRepository } from '../chain/look-up-data';
import { CannotSucceed } from '../delivery/failures';
import { rateLimit } from '../http/rate-limit';
import type { SecretReader } from '../secrets/secret-reader';
import { type AllowedRepository, findAllowed } from './allowed-repositories';
import { type GitAuthorization, noAuthorization, tokenAuthorization } from './authorization';
import { codeCommitAuthorization, parseCodeCommitUrl } from './codecommit-authorization';
import { DataRepositoryReader } from './data-repository';
import { GitRefused, GitResponseTooLarge } from './git-errors';

/**
 * A data repository that can also be asked which data revisions lead to a commit.
 */
export interface SearchableRepository extends ReadableRepository {
  /** The tags that point to the commit. */
  revisionsOf(commit: string): Promise<string[]>;
}

/**
 * The data repositories that a platform allows: each read with its own token, or at CodeCommit with the credentials
 * of AWS.
 */
export function allowedRepositorySource(
  repositories: readonly AllowedRepository[],
  readSecret: SecretReader,
  credentials: AwsCredentialIdentityProvider,
): (named: string) => SearchableRepository | undefined {
  // one for all: they are mostly at one host, and a host that was asked too often is asked less by all.
  const limited = rateLimit();
  const reader = async (allowed: AllowedRepository) =>
    new DataRepositoryReader(allowed.url, await authorizationOf(allowed, readSecret, credentials), { limited });
  return (named) => {
    const allowed = findAllowed(repositories, named);
    return (
      allowed && {
        url: allowed.url,
        async read(revision) {
          try {
            return await (await reader(allowed)).readRevision(revision);
          } catch (error) {
            if (error instanceof GitResponseTooLarge) {
              return 'too-large';
            }
            throw asRefusal(error);
          }
        },
        async revisionsOf(commit) {
          try {
            return await (await reader(allowed)).revisionsOf(commit);
          } catch (error) {
            throw asRefusal(error);
          }
        },
      }
    );
  };
}

function asRefusal(error: unknown): unknown {
  return error instanceof GitRefused ? new CannotSucceed('git-refused', error.message, { cause: error }) : error;
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
