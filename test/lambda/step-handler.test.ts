import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { stepHandler } from '../../lambda/step-handler';

const print = jest.spyOn(console, 'error').mockImplementation(() => {});

beforeAll(() => {
  // without it Powertools prints by a console of its own.
  process.env.POWERTOOLS_DEV = 'true';
});

beforeEach(() => {
  print.mockClear();
});

const Input = z.object({ uri: z.string() });
const call = (event: unknown, run: (input: { uri: string }) => Promise<Record<string, string>>) =>
  stepHandler('test', Input, run)(event, {} as Context);

test('a step is answered with what its function found out', async () => {
  await expect(call({ uri: 's3://a', more: 1 }, async ({ uri }) => ({ found: uri }))).resolves.toEqual({
    found: 's3://a',
  });
  expect(print).not.toHaveBeenCalled();
});

test.each([
  [{}, 'uri: Invalid input'],
  [{ uri: 1 }, 'uri: Invalid input'],
  [null, 'the event: Invalid input'],
])('fails where the step gives %j', async (event, problem) => {
  const run = jest.fn();
  await expect(call(event, run)).rejects.toThrow(`the step is not given what the function takes: ${problem}`);
  expect(run).not.toHaveBeenCalled();
});

test('fails with the message of an error, and nothing that hangs on it', async () => {
  const secret = 's3cret';
  const error = Object.assign(new Error('access denied', { cause: new Error('why') }), {
    name: 'AccessDenied',
    $response: { headers: { authorization: secret } },
  });
  const thrown = await call({ uri: 'a' }, () => Promise.reject(error)).catch((it) => it);
  expect(thrown).toMatchObject({ name: 'AccessDenied', message: 'access denied' });
  expect({ ...thrown, stack: thrown.stack, cause: thrown.cause }).toEqual({
    name: 'AccessDenied',
    stack: 'AccessDenied: access denied',
    cause: undefined,
  });
  const [line] = print.mock.calls.map(String);
  expect(line).toContain('access denied');
  expect(line).toContain('why');
  expect(line).not.toContain(secret);
});
