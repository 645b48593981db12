import * as fc from 'fast-check';
import { contract } from '../../../core/contract';
import { retryDelaySeconds } from '../../../core/delivery/back-off';

const attempts = Array.from({ length: contract.backOff.attempts }, (_, index) => index + 1);

test('the first retry comes within 15 seconds', () => {
  expect(retryDelaySeconds(1)).toBeLessThanOrEqual(15);
});

test('each delay is twice the one before, until it is 15 minutes', () => {
  expect(attempts.slice(0, 9).map(retryDelaySeconds)).toEqual([10, 20, 40, 80, 160, 320, 640, 900, 900]);
});

test('all retries together outlast an outage of 12 hours', () => {
  const total = attempts.slice(0, -1).reduce((sum, attempt) => sum + retryDelaySeconds(attempt), 0);
  expect(total).toBeGreaterThan(12 * 3600);
});

test('any receive count gives a delay that SQS takes', () => {
  fc.assert(
    fc.property(fc.integer(), (count) => {
      const delay = retryDelaySeconds(count);
      return Number.isInteger(delay) && delay >= 1 && delay <= 43200;
    }),
  );
});
