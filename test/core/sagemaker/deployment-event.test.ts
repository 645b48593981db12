import * as fc from 'fast-check';
import { CannotSucceed } from '../../../core/delivery/failures';
import { readDeployment } from '../../../core/sagemaker/deployment-event';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;
const event = (what: string, detail: object, more: object = {}) =>
  JSON.stringify({ source: 'aws.sagemaker', 'detail-type': `SageMaker ${what} State Change`, detail, ...more });
const endpoint = { EndpointArn: arn('endpoint/serving'), EndpointName: 'Serving', EndpointStatus: 'IN_SERVICE' };

test('what it is about is all that is taken from an event, the name with its capitals', () => {
  expect(readDeployment(event('Endpoint', endpoint))).toEqual({
    kind: 'endpoint',
    arn: arn('endpoint/serving'),
    name: 'Serving',
  });
  const job = { TransformJobArn: arn('transform-job/batch-1'), TransformJobName: 'Batch-1', ModelName: 'other' };
  expect(readDeployment(event('Transform Job', job))).toEqual({
    kind: 'transform-job',
    arn: arn('transform-job/batch-1'),
    name: 'Batch-1',
  });
  const version = { ModelPackageArn: arn('model-package/diagnosis/3'), ModelApprovalStatus: 'Approved' };
  expect(readDeployment(event('Model Package', version))).toEqual({
    kind: 'model-package',
    arn: arn('model-package/diagnosis/3'),
  });
});

test.each<[what: string, body: string]>([
  ['text that is no JSON', 'x'],
  ['another event', event('Training Job', endpoint)],
  ['another source', event('Endpoint', endpoint, { source: 'com.example' })],
  ['no ARN', event('Endpoint', { ...endpoint, EndpointArn: undefined })],
  ['a name that is none', event('Endpoint', { ...endpoint, EndpointName: '../x' })],
  ['an ARN of something else', event('Model Package', { ModelPackageArn: 'arn:aws:s3:::bucket' })],
  ['an ARN with more behind it', event('Endpoint', { ...endpoint, EndpointArn: `${endpoint.EndpointArn}/../x` })],
])('parks %s', (_what, body) => {
  expect(() => readDeployment(body)).toThrow(expect.objectContaining({ reason: 'malformed-message' }));
});

test('whatever an event holds, it is read or parked', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      expect(() => readDeployment(body)).toThrow(CannotSucceed);
    }),
  );
});
