import { paginateListTags, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { JobSetup } from '../chain/attestation';
import type { JobEnvironment } from '../chain/configuration';
import type { JobIdentity } from '../chain/derivation';
import { contract } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { boundedPages } from '../http/bounded-pages';
import { NotAtRest } from './not-at-rest';
import { isNotFound } from './not-found';

export const TERMINAL_STATUSES = ['Completed', 'Failed', 'Stopped'] as const;
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

/**
 * Which job is meant, before it was looked up.
 */
export interface NamedJob<Kind extends JobIdentity['kind'] = JobIdentity['kind']> {
  readonly kind: Kind;
  readonly arn: string;
  readonly name: string;
  /** when it was made, where that is told: the name may be another job's by now. */
  readonly madeAt?: Date | undefined;
}

/**
 * What SageMaker says of every job that has ended.
 */
export interface EndedJob extends JobEnvironment {
  readonly identity: JobIdentity;
  readonly status: TerminalStatus;
  readonly roleArn: string;
  readonly endedAt: Date;
  readonly setup: JobSetup;
  readonly image: string | undefined;
}

/**
 * What the descriptions of all kinds of jobs have, each under a name of its own.
 */
interface Described {
  readonly arn: string | undefined;
  readonly status: string | undefined;
  readonly createdAt: Date | undefined;
  readonly roleArn: string | undefined;
}

/**
 * Makes sure that what SageMaker describes is the job that was meant, and that it has ended.
 *
 * @throws CannotSucceed where it is another job of this name
 */
export function requireEnded(
  { arn, name, madeAt }: NamedJob,
  described: Described,
): { status: TerminalStatus; createdAt: Date; roleArn: string } {
  const { status, createdAt, roleArn } = described;
  if (!described.arn || !createdAt || !roleArn) {
    throw new Error(`SageMaker describes ${name} without its ARN, creation time or role`);
  }
  if (described.arn !== arn) {
    throw new CannotSucceed(
      'foreign-message',
      `${arn} is not the ARN of the job ${name} here, which is ${described.arn}`,
    );
  }
  if (madeAt && Math.abs(madeAt.getTime() - createdAt.getTime()) > contract.limits.jobCreationSkewSeconds * 1000) {
    throw new CannotSucceed(
      'job-not-found',
      `the job ${name} of the message was made at ${madeAt.toISOString()}, and deleted before it was read; the job of this name was made at ${createdAt.toISOString()}`,
    );
  }
  if (!isTerminal(status)) {
    // an event that came before the new state can be read.
    throw new NotAtRest(`${name} has not ended, its status is ${status}`);
  }
  return { status, createdAt, roleArn };
}

/**
 * Describes a job that may have been deleted.
 *
 * @throws CannotSucceed where there is no such job any more
 */
export async function describeIfThere<T>({ kind, name }: NamedJob, describe: () => Promise<T>): Promise<T> {
  try {
    return await describe();
  } catch (error) {
    if (isNotFound(error)) {
      const what = kind.replace('-', ' ');
      throw new CannotSucceed('job-not-found', `there is no ${what} ${name}; it was deleted before it was read`, {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * The value of one tag of a job.
 */
export async function readJobTag(sagemaker: SageMakerClient, arn: string, key: string): Promise<string | undefined> {
  const pages = boundedPages(
    paginateListTags({ client: sagemaker }, { ResourceArn: arn }),
    `the list of tags of ${arn}`,
  );
  for await (const { Tags = [] } of pages) {
    const tag = Tags.find(({ Key }) => Key === key);
    if (tag) {
      return tag.Value;
    }
  }
  return undefined;
}

function isTerminal(status: string | undefined): status is TerminalStatus {
  return (TERMINAL_STATUSES as readonly (string | undefined)[]).includes(status);
}
