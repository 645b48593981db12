import { isDeepStrictEqual } from 'node:util';
import { CannotSucceed } from '../delivery/failures';
import { type JobEnvironment, repeatable } from './configuration';
import type { Derivation, JobIdentity } from './derivation';

/**
 * Makes sure that a derivation is about a job as SageMaker describes it now.
 *
 * @throws CannotSucceed where it is about another one
 */
export function assertSameJob(derivation: Derivation, job: JobEnvironment & { readonly identity: JobIdentity }): void {
  const same =
    isDeepStrictEqual(derivation.job, job.identity) && isDeepStrictEqual(derivation.configured, repeatable(job));
  if (!same) {
    throw new CannotSucceed(
      'job-changed',
      `the derivation is about ${derivation.job.arn} made at ${derivation.job.createdAt}, SageMaker now describes another job of this name, made at ${job.identity.createdAt}`,
    );
  }
}
