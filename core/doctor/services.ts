import { CannotSucceed } from '../delivery/failures';
import type { AllowedRepository } from '../git/allowed-repositories';
import type { SearchableRepository } from '../git/repository-source';
import type { MlflowApp } from '../mlflow/signed-request';
import { attemptOf } from './attempt';
import { type Check, failed, notChecked, ok } from './check';

// no commit has this id, so that a host that answers has nothing to find.
const NO_COMMIT = '0'.repeat(40);

/**
 * Asks MLflow for something, by a request that is signed as all are.
 */
export async function checkMlflow({ arn, endpoint }: MlflowApp, ask: () => Promise<unknown>): Promise<Check> {
  const started = Date.now();
  try {
    await ask();
    return ok('services', 'MLflow', `${endpoint.host} answers, in ${Date.now() - started} ms`);
  } catch (error) {
    const tried = attemptOf(error);
    if (tried.kind === 'denied') {
      return notChecked('services', 'MLflow', `${endpoint.host} refuses the request: see the rights`);
    }
    const what = error instanceof Error ? error.message : String(error);
    return failed(
      'services',
      'MLflow',
      `${endpoint.host}: ${what}`,
      `check the way to ${endpoint.host} and whether the app is running: ${arn}`,
    );
  }
}

/**
 * Asks the host of each data repository for its tags, with the token that it is read with.
 */
export function checkRepositories(
  repositories: readonly AllowedRepository[],
  source: (url: string) => Pick<SearchableRepository, 'revisionsOf'> | undefined,
): Promise<Check[]> {
  return Promise.all(repositories.map((repository) => checkRepository(repository, source(repository.url))));
}

async function checkRepository(
  { url, tokenSecretArn }: AllowedRepository,
  repository: Pick<SearchableRepository, 'revisionsOf'> | undefined,
): Promise<Check> {
  try {
    await repository?.revisionsOf(NO_COMMIT);
    return ok('services', 'Git', `${url} answers${tokenSecretArn === undefined ? '' : ', and takes the token'}`);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    if (error instanceof CannotSucceed && error.reason === 'token-unreadable') {
      return isDenied(error.cause)
        ? notChecked('services', 'Git', `${url}: its token cannot be read: see the rights`)
        : failed('services', 'Git', what, `put a token that may read ${url} into the secret, as plain text`);
    }
    if (error instanceof CannotSucceed) {
      return failed(
        'services',
        'Git',
        what,
        tokenSecretArn === undefined
          ? 'check the address, and that whoever asks may read the repository'
          : `check the address, and put a token that may read the repository into ${tokenSecretArn}`,
      );
    }
    return failed('services', 'Git', `${url}: ${what}`, 'check the way to the Git host from here');
  }
}

function isDenied(cause: unknown): boolean {
  return attemptOf(cause).kind === 'denied';
}
