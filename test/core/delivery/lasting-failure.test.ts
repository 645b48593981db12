import { SageMakerServiceException } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { lastingReason } from '../../../core/delivery/lasting-failure';
import { AnswerTooLarge } from '../../../core/http/answer-too-large';
import { HttpError } from '../../../core/http/http-error';
import { MlflowError } from '../../../core/mlflow/mlflow-client';

const aws = (name: string, httpStatusCode: number) =>
  new SageMakerServiceException({ name, $fault: 'client', message: 'no', $metadata: { httpStatusCode } });

const mlflow = (status: number, code?: string, headers: Record<string, string> = {}) =>
  new MlflowError('runs/get', { status, headers: new Headers(headers) }, JSON.stringify({ error_code: code }));

const unfit = z.object({ run: z.string() }).safeParse({}).error;

test.each([
  ['an answer of another shape', unfit],
  ['a property of nothing', new TypeError('Cannot read properties of undefined')],
  ['a number out of range', new RangeError('Invalid time value')],
  ['an answer without an end', new AnswerTooLarge('too large')],
  ['JSON that is none', new SyntaxError('Unexpected token')],
])('%s is unexpected, and stays', (_what, error) => {
  expect(lastingReason(error)).toBe('unexpected-error');
});

test.each([
  ['SageMaker: ValidationException', aws('ValidationException', 400)],
  ['S3: NoSuchBucket', aws('NoSuchBucket', 404)],
  ['MLflow: INVALID_PARAMETER_VALUE', mlflow(400, 'INVALID_PARAMETER_VALUE')],
  ['MLflow: RESOURCE_DOES_NOT_EXIST', mlflow(404, 'RESOURCE_DOES_NOT_EXIST')],
  ['a Git host: 410', new HttpError('gone', { status: 410 })],
])('a request that is refused as wrong stays refused: %s', (_what, error) => {
  expect(lastingReason(error)).toBe('request-refused');
});

test.each([
  ['the network', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['a time-out', new DOMException('The operation was aborted due to timeout', 'TimeoutError')],
  ['a lock that somebody else has', new Error('not yet')],
  ['something that is no error', 'text'],
  ['SageMaker: throttled', aws('ThrottlingException', 400)],
  ['SageMaker: broken', aws('InternalFailure', 500)],
  ['rights that are not there yet', aws('AccessDeniedException', 400)],
  ['S3: rights that are not there yet', aws('AccessDenied', 403)],
  ['a session that is over', aws('ExpiredTokenException', 400)],
  ['a signature of the wrong time', aws('InvalidSignatureException', 400)],
  ['a key that is disabled', aws('DisabledException', 400)],
  ['a key that is to be deleted', aws('KMSInvalidStateException', 400)],
  ['what is in use', aws('ResourceInUse', 400)],
  ['a limit', aws('ResourceLimitExceeded', 400)],
  ['somebody else who writes', aws('ConditionalRequestConflict', 409)],
  ['a lost race', aws('PreconditionFailed', 412)],
  [
    'a page of a proxy in the place of an answer',
    Object.assign(new SyntaxError('<'), { $response: {}, $metadata: { httpStatusCode: 503 } }),
  ],
  ['MLflow: too many', mlflow(429, 'REQUEST_LIMIT_EXCEEDED')],
  ['MLflow: come back later', mlflow(400, 'BAD_REQUEST', { 'retry-after': '30' })],
  ['MLflow: broken', mlflow(500, 'INTERNAL_ERROR')],
  ['MLflow: no rights', mlflow(403)],
  ['something before MLflow that knows no MLflow', mlflow(404)],
  ['a Git host: 502', new HttpError('bad gateway', { status: 502 })],
])('this may pass by itself: %s', (_what, error) => {
  expect(lastingReason(error)).toBeUndefined();
});
