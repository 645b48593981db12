import { z } from 'zod';
import { pattern } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import { parseJson } from '../delivery/parse-json';

const TrainingJobEvent = z.object({
  source: z.literal('aws.sagemaker'),
  'detail-type': z.literal('SageMaker Training Job State Change'),
  detail: z.object({ TrainingJobArn: z.string().regex(pattern('trainingJobArn')) }),
});

/**
 * Takes the job's ARN from an event, and nothing else: what the event says of the job may be old, doubled or out of order.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function readTrainingJobArn(body: string): string {
  const event = TrainingJobEvent.safeParse(parseJson(body));
  if (!event.success) {
    throw new CannotSucceed('malformed-message', `no training job event: ${z.prettifyError(event.error)}`);
  }
  return event.data.detail.TrainingJobArn;
}
