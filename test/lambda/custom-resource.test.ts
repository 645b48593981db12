import type { Context } from 'aws-lambda';
import { type Apply, customResource } from '../../lambda/custom-resource';

// pauses are only as long as a test can wait for.
jest.mock('node:timers/promises', () => {
  const { setTimeout: sleep } = jest.requireActual('node:timers/promises');
  return { setTimeout: (ms: number, ...more: unknown[]) => sleep(Math.min(ms, 10), ...more) };
});

const CONTEXT = { getRemainingTimeInMillis: () => 60_000, functionName: 'guard' } as Context;
const EVENT = {
  RequestType: 'Create',
  ResponseURL: 'https://cloudformation.example.com/answer?signature=x',
  StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/demo/1',
  RequestId: 'request',
  LogicalResourceId: 'Guard',
  ResourceProperties: { Name: 'now' },
};
const UPDATE = {
  ...EVENT,
  RequestType: 'Update',
  PhysicalResourceId: 'kept',
  OldResourceProperties: { Name: 'before' },
};

const put = jest.spyOn(globalThis, 'fetch');

beforeAll(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

beforeEach(() => {
  put.mockReset().mockImplementation(async () => new Response());
});

const answers = () =>
  put.mock.calls.map(([, init]) => JSON.parse(new TextDecoder().decode(init?.body as Uint8Array<ArrayBuffer>)));

async function answerTo(event: object, apply: Apply, context = CONTEXT) {
  await customResource('test', apply)(event, context);
  const [answer, ...more] = answers();
  expect(more).toEqual([]);
  return answer;
}

test('a resource that was made is answered with its id', async () => {
  const seen: unknown[] = [];
  const answer = await answerTo(EVENT, (request) => {
    seen.push(request);
    return 'made';
  });
  expect(seen).toEqual([{ type: 'Create', properties: { Name: 'now' } }]);
  expect(answer).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: 'made',
    StackId: EVENT.StackId,
    RequestId: 'request',
    LogicalResourceId: 'Guard',
  });
});

test('the answer goes to the signed address as bytes without a content type', async () => {
  await answerTo(EVENT, () => 'made');
  const [url, init] = put.mock.calls[0] ?? [];
  expect(url).toBe(EVENT.ResponseURL);
  expect(init).toMatchObject({ method: 'PUT', redirect: 'error' });
  expect(new Request(EVENT.ResponseURL, init).headers.get('content-type')).toBeNull();
});

test('an update tells what there was before', async () => {
  const seen: unknown[] = [];
  await answerTo(UPDATE, (request) => {
    seen.push(request);
    return 'kept';
  });
  expect(seen).toEqual([
    { type: 'Update', physicalId: 'kept', properties: { Name: 'now' }, before: { Name: 'before' } },
  ]);
});

test('a deletion is answered and does nothing', async () => {
  const apply = jest.fn();
  expect(await answerTo({ ...UPDATE, RequestType: 'Delete' }, apply)).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: 'kept',
  });
  expect(apply).not.toHaveBeenCalled();
});

test('a failure is answered with its reason, cut to what CloudFormation takes, and keeps the id', async () => {
  const answer = await answerTo(UPDATE, () => {
    throw new Error(`no: ${'x'.repeat(5000)}`);
  });
  expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'kept' });
  expect(answer.Reason).toMatch(/^no: x{996} \(see the log of guard\)$/);
});

test('a failure without an error is answered too', async () => {
  expect(await answerTo(EVENT, () => Promise.reject('text'))).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'request',
    Reason: 'something that is no error was thrown (see the log of guard)',
  });
});

test('an update of nobody knows what is refused', async () => {
  const { PhysicalResourceId: _left, ...event } = UPDATE;
  expect(await answerTo(event, () => 'made')).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining('without saying which'),
  });
});

test('what does not end is given up while there is time to answer', async () => {
  let signal: AbortSignal | undefined;
  const endless: Apply = (_request, given) => {
    signal = given;
    return new Promise(() => {});
  };
  const answer = await answerTo(EVENT, endless, { ...CONTEXT, getRemainingTimeInMillis: () => 20_010 });
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('has not ended within 0 s') });
  expect(signal?.aborted).toBe(true);
});

test('an answer that does not get through is sent again', async () => {
  put.mockRejectedValueOnce(new Error('reset'));
  await customResource('test', () => 'made')(EVENT, CONTEXT);
  expect(answers()).toHaveLength(2);
});

test('fails if no answer gets through, so that Lambda calls again', async () => {
  put.mockImplementation(async () => new Response('no', { status: 503 }));
  const failure = customResource('test', () => 'made')(EVENT, CONTEXT);
  await expect(failure).rejects.toThrow('CloudFormation does not take the answer');
  await expect(failure).rejects.not.toThrow(/signature/);
  expect(answers()).toHaveLength(3);
});

test('fails on an address without TLS, and tells it nothing', async () => {
  const event = { ...EVENT, ResponseURL: 'http://cloudformation.example.com/answer' };
  await expect(customResource('test', () => 'made')(event, CONTEXT)).rejects.toThrow();
  expect(put).not.toHaveBeenCalled();
});
