import * as fc from 'fast-check';
import { CannotSucceed } from '../../../core/delivery/failures';
import { readNamedJob } from '../../../core/sagemaker/job-event';

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:training-job/pipelines-abc123-train-xyz';
const NAME = 'pipelines-abc123-Train-xyz';
const event = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Training Job State Change',
  detail: { TrainingJobArn: ARN, TrainingJobName: NAME, TrainingJobStatus: 'Completed', Tags: {} },
};

const PROCESSING_ARN = 'arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1';
const processing = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Processing Job State Change',
  detail: { ProcessingJobArn: PROCESSING_ARN, ProcessingJobName: 'Prepare-1', ProcessingJobStatus: 'Completed' },
};

const withDetail = (detail: object) => JSON.stringify({ ...event, detail: { ...event.detail, ...detail } });

test('which job it is about is all that is taken from an event, the name with its capitals', () => {
  expect(readNamedJob(JSON.stringify(event))).toEqual({ kind: 'training-job', arn: ARN, name: NAME });
});

test('an event of a processing job is told apart', () => {
  expect(readNamedJob(JSON.stringify(processing))).toEqual({
    kind: 'processing-job',
    arn: PROCESSING_ARN,
    name: 'Prepare-1',
  });
});

test.each<[what: string, body: string]>([
  ['text that is no JSON', 'x'],
  ['another event', JSON.stringify({ ...event, 'detail-type': 'SageMaker Endpoint State Change' })],
  ['another source', JSON.stringify({ ...event, source: 'com.example' })],
  [
    'a training job that is called a processing job',
    JSON.stringify({ ...event, 'detail-type': processing['detail-type'] }),
  ],
  [
    'a processing job with the ARN of a training job',
    JSON.stringify({ ...processing, detail: { ...processing.detail, ProcessingJobArn: ARN } }),
  ],
  ['no ARN', withDetail({ TrainingJobArn: undefined })],
  ['a name that is none', withDetail({ TrainingJobName: "x' OR '1" })],
  ['an ARN of something else', withDetail({ TrainingJobArn: 'arn:aws:s3:::bucket' })],
  ['an ARN with more behind it', withDetail({ TrainingJobArn: `${ARN}' OR tags.x = '` })],
])('parks %s', (_what, body) => {
  expect(() => readNamedJob(body)).toThrow(expect.objectContaining({ reason: 'malformed-message' }));
});

test('whatever the text, the answer is an ARN or a parked message', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      try {
        return readNamedJob(body).arn.startsWith('arn:');
      } catch (error) {
        return error instanceof CannotSucceed;
      }
    }),
  );
});
