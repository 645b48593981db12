import { z } from 'zod';
import type { JobIdentity } from '../chain/derivation';
import { pattern } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { parseJson } from '../delivery/parse-json';
import type { NamedJob } from './ended-job';

const name = z.string().regex(pattern('jobName'));
// milliseconds since 1970 in AWS's examples. In whatever other form it comes, the event does without it.
const CreationTime = z
  .int()
  .min(0)
  .max(8.64e15)
  .transform((milliseconds) => new Date(milliseconds))
  .optional()
  .catch(undefined);

const JobEvent = z.discriminatedUnion('detail-type', [
  z.object({
    source: z.literal('aws.sagemaker'),
    'detail-type': z.literal('SageMaker Training Job State Change'),
    detail: z.object({
      TrainingJobArn: z.string().regex(pattern('trainingJobArn')),
      TrainingJobName: name,
      CreationTime,
    }),
  }),
  z.object({
    source: z.literal('aws.sagemaker'),
    'detail-type': z.literal('SageMaker Processing Job State Change'),
    detail: z.object({
      ProcessingJobArn: z.string().regex(pattern('processingJobArn')),
      ProcessingJobName: name,
      CreationTime,
    }),
  }),
]);

/**
 * What readNamedJob takes for the end of a training job: with it the job is looked at again.
 */
export function trainingJobEvent({ arn, name, createdAt }: Pick<JobIdentity, 'arn' | 'name' | 'createdAt'>): string {
  return JSON.stringify({
    source: 'aws.sagemaker',
    'detail-type': 'SageMaker Training Job State Change',
    detail: { TrainingJobArn: arn, TrainingJobName: name, CreationTime: Date.parse(createdAt) },
  });
}

/**
 * What readNamedJob takes for the end of a processing job.
 */
export function processingJobEvent({ arn, name, createdAt }: Pick<JobIdentity, 'arn' | 'name' | 'createdAt'>): string {
  return JSON.stringify({
    source: 'aws.sagemaker',
    'detail-type': 'SageMaker Processing Job State Change',
    detail: { ProcessingJobArn: arn, ProcessingJobName: name, CreationTime: Date.parse(createdAt) },
  });
}

/**
 * Takes from an event which job it is about, and nothing else: what the event says of the job may be old, doubled or out of
 * order.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function readNamedJob(body: string): NamedJob<'training-job'> | NamedJob<'processing-job'> {
  const event = JobEvent.safeParse(parseJson(body));
  if (!event.success) {
    throw new CannotSucceed('malformed-message', `no event of a job: ${z.prettifyError(event.error)}`);
  }
  const { detail } = event.data;
  return 'TrainingJobArn' in detail
    ? { kind: 'training-job', arn: detail.TrainingJobArn, name: detail.TrainingJobName, madeAt: detail.CreationTime }
    : {
        kind: 'processing-job',
        arn: detail.ProcessingJobArn,
        name: detail.ProcessingJobName,
        madeAt: detail.CreationTime,
      };
}
