import { z } from 'zod';
import { CannotSucceed } from '../../../core/delivery/failures';
import { ChainBroken } from '../../../core/evidence/chain-ends';
import { HttpError } from '../../../core/http/http-error';
import { NotAtRest } from '../../../core/sagemaker/not-at-rest';
import { answerOf, attributed, failedLink, SourceFailure } from '../../../core/trace/source-failure';

const aws = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('said'), { name, $metadata: { httpStatusCode } });

const failing = (error: unknown) => attributed('S3', { ask: async () => Promise.reject(error) });

test.each([
  ['a connection that is refused', new Error('ECONNREFUSED'), 'unreachable'],
  ['a service that is down', new HttpError('HTTP 503', { status: 503 }), 'unreachable'],
  ['a service that was asked too often', new HttpError('HTTP 429', { status: 429 }), 'unreachable'],
  ['AWS that was asked too often', aws('ThrottlingException', 400), 'unreachable'],
  ['HTTP 401', new HttpError('HTTP 401', { status: 401 }), 'access-denied'],
  ['HTTP 403', new HttpError('HTTP 403', { status: 403 }), 'access-denied'],
  ['AWS that denies', aws('AccessDeniedException', 400), 'access-denied'],
  ['a session that has ended', aws('ExpiredTokenException', 400), 'access-denied'],
  ['a request that is refused', aws('ValidationException', 400), 'refused'],
  ['a host that refuses', new CannotSucceed('git-refused', 'no'), 'refused'],
  [
    'a secret that may not be read',
    new CannotSucceed('token-unreadable', 'no', { cause: aws('AccessDeniedException', 400) }),
    'access-denied',
  ],
  [
    'a secret that is not there',
    new CannotSucceed('token-unreadable', 'no', { cause: aws('ResourceNotFoundException', 400) }),
    'refused',
  ],
  ['what is changing', new NotAtRest('it is Updating'), 'not-at-rest'],
  ['a chain that is broken', new ChainBroken({ platform: 'demo', kind: 'checkpoint' }, []), 'evidence-broken'],
])('%s is told as %s', async (_what, error, problem) => {
  const answer = await answerOf(failing(error).ask());
  expect(answer).toMatchObject({ source: 'S3', problem, cause: error });
  expect(failedLink('object', 'x', answer as unknown as SourceFailure)).toMatchObject({
    problem,
    outcome: problem === 'evidence-broken' ? 'differs' : 'missing',
    sources: ['S3'],
  });
});

test.each([new TypeError('x is no function'), new z.ZodError([]), 'no error'])(
  'a fault of the program is none of a source: %s',
  async (error) => {
    await expect(answerOf(failing(error).ask())).rejects.toBe(error);
  },
);

test('the first source that failed is the one that is named', async () => {
  const inner = failing(new Error('away'));
  const outer = attributed('Git', { ask: () => inner.ask() });
  await expect(answerOf(outer.ask())).resolves.toMatchObject({ source: 'S3' });
});

test('what a source throws at once, or in the middle of a list, is told of it too', async () => {
  const source = attributed('MLflow', {
    now: () => {
      throw new Error('away');
    },
    async *items() {
      yield 1;
      throw new Error('cut');
    },
    constant: 7,
  });
  expect(() => source.now()).toThrow(SourceFailure);
  const items: number[] = [];
  const read = async () => {
    for await (const item of source.items()) {
      items.push(item);
    }
  };
  await expect(answerOf(read())).resolves.toMatchObject({ source: 'MLflow', message: 'cut' });
  expect([items, source.constant]).toEqual([[1], 7]);
});

test('a long message is cut', async () => {
  const answer = await answerOf(failing(new Error('x'.repeat(10_000))).ask());
  expect((answer as unknown as SourceFailure).message).toHaveLength(500);
});
