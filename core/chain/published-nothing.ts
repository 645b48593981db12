import type { Derivation } from './derivation';
import type { ConfiguredJob } from './derive-data';

/**
 * Whether a processing job has made nothing that a statement could be about: nobody told it a data revision, or it ended
 * by failing and left no tag of that name. One that says it completed, and has no tag, is no such job.
 */
export function publishedNothing({ configuredRevision, setup }: ConfiguredJob, derivation: Derivation): boolean {
  const failedBefore =
    !setup.completed && derivation.status === 'unresolved' && derivation.reason === 'revision-not-found';
  return derivation.job.kind === 'processing-job' && (!configuredRevision || failedBefore);
}
