import { z } from 'zod';
import { pattern } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { parseJson } from '../delivery/parse-json';
import type { NamedJob } from './training-job';

const TrainingJobEvent = z.object({
  source: z.literal('aws.sagemaker'),
  'detail-type': z.literal('SageMaker Training Job State Change'),
  detail: z.object({
    TrainingJobArn: z.string().regex(pattern('trainingJobArn')),
    TrainingJobName: z.string().regex(pattern('jobName')),
  }),
});

/**
 * Takes from an event which job it is about, and nothing else: what the event says of the job may be old, doubled or out of order.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function readTrainingJob(body: string): NamedJob {
  const event = TrainingJobEvent.safeParse(parseJson(body));
  if (!event.success) {
    throw new CannotSucceed('malformed-message', `no training job event: ${z.prettifyError(event.error)}`);
  }
  const { TrainingJobArn, TrainingJobName } = event.data.detail;
  return { arn: TrainingJobArn, name: TrainingJobName };
}
