import * as fc from 'fast-check';
import { appended, EMPTY_HEAD, UnreadableConsent, verifiedChain } from '../../../core/records/consent-chain';
import { ConsentDraft, ConsentEvent, consentEventHash, sameDecision } from '../../../core/records/consent-event';
import { draft, drafts, RECORDED, subject } from './drafts';
import vectors from './vectors.json';

const many = fc.array(drafts, { minLength: 1, maxLength: 20 });
const chainOf = (found: readonly ConsentDraft[]) => appended(EMPTY_HEAD, found, RECORDED);

test.each(vectors.events)('the hash of the event $event.sequence is the one of Python', ({ event, hash }) => {
  expect(consentEventHash(ConsentEvent.parse(event))).toBe(hash);
});

test('the events of the vectors are a chain', () => {
  const events = vectors.events.map(({ event }) => ConsentEvent.parse(event));
  const head = { sequence: events.length, hash: vectors.events.at(-1)?.hash ?? '' };
  expect(verifiedChain(events, head)).toEqual(events);
});

test('what is appended, in one go or in several, is one chain without gaps, in whatever order it is read', () => {
  fc.assert(
    fc.property(many, many, fc.infiniteStream(fc.nat()), (one, other, random) => {
      const first = chainOf(one);
      const second = appended(first.head, other, RECORDED);
      const all = [...first.events, ...second.events];
      const shuffled = [...all].sort(() => ((random.next().value ?? 0) % 2) - 0.5);
      expect(verifiedChain(shuffled, second.head)).toEqual(all);
      expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
      expect(chainOf([...one, ...other]).head).toEqual(second.head);
      for (const event of all) {
        expect(ConsentEvent.parse(event)).toEqual(event);
      }
    }),
  );
});

test('events that came after the head was read are left out', () => {
  fc.assert(
    fc.property(many, many, (one, later) => {
      const { events, head } = chainOf(one);
      expect(verifiedChain([...appended(head, later, RECORDED).events, ...events], head)).toEqual(events);
    }),
  );
});

const TAMPERED: Record<string, (events: ConsentEvent[], at: number) => ConsentEvent[]> = {
  removed: (events, at) => events.filter((_, index) => index !== at),
  'edited: the decision': (events, at) =>
    changed(events, at, ({ until: _, decision, ...rest }) => ({
      ...rest,
      decision: decision === 'granted' ? 'revoked' : 'granted',
    })),
  'edited: the subject': (events, at) => changed(events, at, (event) => ({ ...event, subject: subject(99) })),
  'edited: the actor': (events, at) =>
    changed(events, at, (event) => ({ ...event, actor: 'arn:aws:iam::111122223333:root' })),
  'swapped with the one before': (events, at) => {
    const before = events[at - 1] ?? events[at + 1];
    const event = events[at];
    return before && event
      ? changed(
          changed(events, at, () => ({ ...before, sequence: event.sequence })),
          events.indexOf(before),
          () => ({ ...event, sequence: before.sequence }),
        )
      : [];
  },
  'added twice': (events, at) => [...events, ...events.slice(at, at + 1)],
};

function changed(events: ConsentEvent[], at: number, change: (event: ConsentEvent) => ConsentEvent): ConsentEvent[] {
  return events.map((event, index) => (index === at ? change(event) : event));
}

test.each(Object.entries(TAMPERED))('an event that was %s makes the registry unreadable', (_, tamper) => {
  fc.assert(
    fc.property(many, fc.nat(), (found, number) => {
      const { events, head } = chainOf(found);
      expect(verifiedChain(events, head)).toEqual(events);
      // an event that was appended twice is the same as its neighbour but for its place.
      expect(() => verifiedChain(tamper(events, number % events.length), head)).toThrow(UnreadableConsent);
    }),
  );
});

test('a head that names another last event, or one that is not there, makes the registry unreadable', () => {
  const { events, head } = chainOf([draft(), draft({ decision: 'revoked' })]);
  expect(() => verifiedChain(events, { ...head, hash: 'a'.repeat(64) })).toThrow('is not the one that the head names');
  expect(() => verifiedChain(events, { ...head, sequence: 3 })).toThrow('the number 3 of 3 is missing');
});

test('an empty registry is a chain', () => {
  expect(verifiedChain([], EMPTY_HEAD)).toEqual([]);
});

test.each([
  ['an end before its beginning', draft({ until: '2025-01-01T00:00:00.000Z' })],
  ['an end at its beginning', draft({ until: draft().effectiveAt })],
  ['a revocation that ends', draft({ decision: 'revoked', until: '2027-01-01T00:00:00.000Z' })],
  ['a clear id for a subject', draft({ subject: 'patient-1' })],
  ['a purpose with spaces', draft({ purpose: 'all research' })],
  ['a reason in free text', draft({ reasonCode: 'asked by phone' })],
  ['a day for a moment', draft({ effectiveAt: '2026-01-01' })],
])('fails on %s', (_, invalid) => {
  expect(ConsentDraft.safeParse(invalid).success).toBe(false);
  expect(ConsentEvent.safeParse({ ...invalid, ...RECORDED, sequence: 1, previous: 'a'.repeat(64) }).success).toBe(
    false,
  );
});

test('an event has no field for a note', () => {
  const [event] = chainOf([draft()]).events;
  expect(ConsentEvent.safeParse({ ...event, note: 'x' }).success).toBe(false);
});

test('decisions are the same whoever recorded them, and differ in any of what they say', () => {
  const recorded = chainOf([draft()]).events.map((event) => sameDecision(event, draft({ subject: subject(2) })));
  expect(recorded).toEqual([true]);
  for (const other of [
    draft({ purpose: 'care' }),
    draft({ decision: 'revoked' }),
    draft({ effectiveAt: '2026-01-02T00:00:00.000Z' }),
    draft({ until: '2026-02-01T00:00:00.000Z' }),
    draft({ reasonCode: 'withdrawn' }),
  ]) {
    expect(sameDecision(draft(), other)).toBe(false);
  }
});
