import * as fc from 'fast-check';
import { retryAfterSeconds } from '../../../core/http/retry-after';

const NOW = new Date('2026-03-01T12:00:00Z');

test.each([
  ['0', 0],
  [' 120 ', 120],
  ['Sun, 01 Mar 2026 12:01:30 GMT', 90],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
])('%j asks to wait %i seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, NOW)).toBe(seconds);
});

test.each([null, undefined, '', '-1', '1.5', '1e3', 'soon', '2026-03-01', '99999999999'])(
  '%j asks for nothing',
  (header) => {
    expect(retryAfterSeconds(header, NOW)).toBeUndefined();
  },
);

test('no header makes a time that cannot be waited', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const seconds = retryAfterSeconds(header, NOW);
      return seconds === undefined || (Number.isInteger(seconds) && seconds >= 0);
    }),
  );
});

test('a date of any year is a number of seconds that is not negative', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(retryAfterSeconds(date.toUTCString(), NOW)).toBe(
        Math.max(0, Math.ceil((Math.floor(date.getTime() / 1000) * 1000 - NOW.getTime()) / 1000)),
      );
    }),
  );
});
