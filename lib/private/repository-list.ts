import type { IDataRepository } from '../data-repository';

/**
 * Data repositories as functions and the command line are told them: core/git/allowed-repositories reads it.
 */
export function describeRepositories(repositories: readonly IDataRepository[]): object[] {
  return repositories.map(({ url, tokenSecret }) => ({ url, tokenSecretArn: tokenSecret?.secretArn }));
}
