import * as fc from 'fast-check';
import { HttpError } from '../../../core/http/http-error';

const error = (status: number, retryAfterSeconds?: number) => new HttpError('answered', { status, retryAfterSeconds });

test.each([400, 404, 405, 410, 413, 422])('HTTP %i says that the request is wrong', (status) => {
  expect(error(status)).toMatchObject({ isRefusal: true, isThrottled: false });
});

test.each([401, 403, 407, 408, 409, 412, 423, 425])('HTTP %i may be another answer later', (status) => {
  expect(error(status)).toMatchObject({ isRefusal: false, isThrottled: false });
});

test('too many requests are throttled, and so is whoever is told when to come back', () => {
  expect(error(429)).toMatchObject({ isRefusal: false, isThrottled: true });
  expect(error(403, 30)).toMatchObject({ isRefusal: false, isThrottled: true });
  expect(error(400, 0)).toMatchObject({ isRefusal: false, isThrottled: true });
});

test('what is no answer to a wrong request is never taken for one', () => {
  const others = fc.oneof(fc.integer({ max: 399 }), fc.integer({ min: 500 }));
  fc.assert(fc.property(others, (status) => !error(status).isRefusal));
});
