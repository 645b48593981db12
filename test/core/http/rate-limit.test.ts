import { HttpError } from '../../../core/http/http-error';
import { rateLimit } from '../../../core/http/rate-limit';
import contract from '../../../lib/private/contract.json';

const THROTTLED = new HttpError('too many', { status: 429 });

afterEach(() => jest.useRealTimers());

async function timeOf(requests: number, limited = rateLimit()): Promise<number> {
  const start = Date.now();
  for (let index = 0; index < requests; index += 1) {
    const answer = limited(async () => index);
    await jest.advanceTimersByTimeAsync(0);
    while (jest.getTimerCount() > 0) {
      await jest.advanceTimersToNextTimerAsync();
    }
    await expect(answer).resolves.toBe(index);
  }
  return Date.now() - start;
}

test('requests are not held up as long as nobody says that there are too many', async () => {
  jest.useFakeTimers();
  await expect(timeOf(1000)).resolves.toBe(0);
});

test('after an answer that there are too many they are slowed down, but not below the least rate', async () => {
  jest.useFakeTimers();
  const limited = rateLimit();
  await expect(limited(() => Promise.reject(THROTTLED))).rejects.toBe(THROTTLED);
  const least = contract.rates.leastRequestsPerSecond;
  const milliseconds = await timeOf(20, limited);
  expect(milliseconds).toBeGreaterThan(1000);
  expect(milliseconds).toBeLessThanOrEqual((20 / least) * 1000 + 1000);
});

test('another error slows nobody down, and is not tried again', async () => {
  jest.useFakeTimers();
  const limited = rateLimit();
  const request = jest.fn(() => Promise.reject(new HttpError('broken', { status: 500 })));
  await expect(limited(request)).rejects.toThrow('broken');
  expect(request).toHaveBeenCalledTimes(1);
  await expect(timeOf(100, limited)).resolves.toBe(0);
});

test('the least rate lets a job with as many models as are tagged be done in the time of a function', () => {
  const { limits, rates, runTags } = contract;
  const calls = limits.modelVersionsPerJob * Object.keys(runTags).length;
  expect(calls / rates.leastRequestsPerSecond).toBeLessThan(300);
});
