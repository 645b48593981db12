import { TooManyToCount } from '../../../core/evidence/take-census';
import { giveUpLater } from '../../../lambda/checkpoint-recorder/give-up-later';

const SCHEDULED = new Date('2026-01-03T03:00:00.000Z');
const away = new Error('away');

function failedAt(now: string, error: unknown): string[] {
  const missing: string[] = [];
  giveUpLater(
    SCHEDULED,
    () => new Date(now),
    (what) => void missing.push(what),
  )('runs', error);
  return missing;
}

test('what fails is tried again for three hours, and then goes missing', () => {
  expect(() => failedAt('2026-01-03T05:59:59.000Z', away)).toThrow(away);
  expect(failedAt('2026-01-03T06:00:00.000Z', away)).toEqual(['runs']);
});

test('what is too much goes missing at once', () => {
  expect(failedAt('2026-01-03T03:00:01.000Z', new TooManyToCount('too many'))).toEqual(['runs']);
});
