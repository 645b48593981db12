import * as fc from 'fast-check';
import { CannotSucceed } from '../../../core/delivery/failures';
import { readTrainingJobArn } from '../../../core/sagemaker/job-event';

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:training-job/pipelines-abc123-Train-xyz';
const event = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Training Job State Change',
  detail: { TrainingJobArn: ARN, TrainingJobStatus: 'Completed', Tags: {} },
};

test('the ARN is all that is taken from an event', () => {
  expect(readTrainingJobArn(JSON.stringify(event))).toBe(ARN);
});

test.each<[what: string, body: string]>([
  ['text that is no JSON', 'x'],
  ['another event', JSON.stringify({ ...event, 'detail-type': 'SageMaker Endpoint State Change' })],
  ['another source', JSON.stringify({ ...event, source: 'com.example' })],
  ['no ARN', JSON.stringify({ ...event, detail: {} })],
  ['an ARN of something else', JSON.stringify({ ...event, detail: { TrainingJobArn: 'arn:aws:s3:::bucket' } })],
  ['an ARN with more behind it', JSON.stringify({ ...event, detail: { TrainingJobArn: `${ARN}' OR tags.x = '` } })],
])('parks %s', (_what, body) => {
  expect(() => readTrainingJobArn(body)).toThrow(expect.objectContaining({ reason: 'malformed-message' }));
});

test('whatever the text, the answer is an ARN or a parked message', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      try {
        return readTrainingJobArn(body).startsWith('arn:');
      } catch (error) {
        return error instanceof CannotSucceed;
      }
    }),
  );
});
