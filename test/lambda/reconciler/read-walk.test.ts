import * as fc from 'fast-check';
import { CannotSucceed } from '../../../core/delivery/failures';
import { beginWalk } from '../../../core/reconcile/walk';
import { readWalk } from '../../../lambda/reconciler/read-walk';

const NOW = new Date('2026-02-01T04:00:30.000Z');
const event = (time = '2026-02-01T04:00:00Z', more: object = {}) =>
  JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event', time, ...more });

test('an event of the schedule begins a walk up to an hour before, so that the ordinary way has had its time', () => {
  expect(readWalk(event(), 28, NOW)).toEqual(
    beginWalk(
      'scheduled-2026-02-01T03:00:00.000Z',
      new Date('2026-01-04T03:00:00.000Z'),
      new Date('2026-02-01T03:00:00.000Z'),
    ),
  );
});

test('the same event begins the same walk, however late it is read', () => {
  expect(readWalk(event(), 28, new Date('2026-02-03T00:00:00Z'))).toEqual(readWalk(event(), 28, NOW));
});

test('a walk goes on where the step before says', () => {
  const place = { ...beginWalk('backfill-1', new Date(0), NOW), phase: 'runs' as const, done: 'run-1' };
  expect(readWalk(JSON.stringify(place), 28, NOW)).toEqual(place);
});

test.each([
  ['text that is no JSON', 'x'],
  ['an event that is not scheduled yet', event('2026-02-01T05:00:00Z')],
  ['an event of the year 0, before which no walk can look', event('0000-01-01T00:00:00Z')],
  ['another event of the same source', event(undefined, { 'detail-type': 'Something else' })],
  ['a place that is none', JSON.stringify({ ...beginWalk('test-1', new Date(0), NOW), phase: 'everything' })],
])('parks %s', (_what, body) => {
  expect(() => readWalk(body, 28, NOW)).toThrow(expect.objectContaining({ reason: 'malformed-message' }));
});

test('whatever a message holds, it is read or parked', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      expect(() => readWalk(body, 28, NOW)).toThrow(CannotSucceed);
    }),
  );
});
