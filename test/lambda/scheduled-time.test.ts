import { readScheduledTime } from '../../lambda/scheduled-time';

const NOW = new Date('2026-01-03T03:00:20.000Z');
const event = (change: object = {}) =>
  JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event', time: '2026-01-03T03:00:00Z', ...change });

test('an event says for when it was scheduled, however late it comes', () => {
  expect(readScheduledTime(event(), NOW)).toEqual(new Date('2026-01-03T03:00:00.000Z'));
  expect(readScheduledTime(event(), new Date('2026-01-09T00:00:00.000Z'))).toEqual(
    new Date('2026-01-03T03:00:00.000Z'),
  );
});

test.each([
  ['no JSON', '{'],
  ['no scheduled event', event({ 'detail-type': 'Something Else' })],
  ['an event of another source', event({ source: 'aws.sagemaker' })],
  ['a time that is none', event({ time: 'yesterday' })],
  ['a time before there were schedules', event({ time: '2015-12-31T23:59:59Z' })],
  ['the first moment of all', event({ time: '0000-01-01T00:00:00Z' })],
  ['a time to come, whose day is not over', event({ time: '2026-01-04T03:00:00Z' })],
])('fails for good on %s', (_what, body) => {
  expect(() => readScheduledTime(body, NOW)).toThrow(expect.objectContaining({ reason: 'malformed-message' }));
});
