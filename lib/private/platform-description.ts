import type { IDataRepository } from '../data-repository';
import type { JobToolkit } from '../job-toolkit';
import { jobEntrypoint } from './job-entrypoint';

/**
 * Data repositories as functions and the command line are told them: core/git/allowed-repositories reads it.
 */
export function describeRepositories(repositories: readonly IDataRepository[]): object[] {
  return repositories.map(({ url, tokenSecret }) => ({ url, tokenSecretArn: tokenSecret?.secretArn }));
}

/**
 * How jobs with the toolkit are set up: core/chain/attestation reads it.
 */
export function describeToolkit({ toolkitUri, handoverUri }: JobToolkit): object {
  const entrypoints = { 'processing-job': jobEntrypoint('preprocess'), 'training-job': jobEntrypoint('train') };
  return { toolkitUri, handoverUri, entrypoints };
}
