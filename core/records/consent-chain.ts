import { BEFORE_FIRST, type ConsentDraft, type ConsentEvent, consentEventHash } from './consent-event';

/**
 * Where the sequence of a registry ends.
 */
export interface ConsentHead {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_HEAD: ConsentHead = { sequence: 0, hash: BEFORE_FIRST };

/**
 * The registry does not say who consented: what is there is not what was recorded. It never means that nobody did.
 */
export class UnreadableConsent extends Error {
  override readonly name = 'UnreadableConsent';
}

/**
 * Decisions as the next events of a registry, and where it ends then.
 */
export function appended(
  head: ConsentHead,
  drafts: readonly ConsentDraft[],
  recorded: { readonly recordedAt: string; readonly actor: string },
): { readonly events: ConsentEvent[]; readonly head: ConsentHead } {
  const events: ConsentEvent[] = [];
  let last = head;
  for (const draft of drafts) {
    const event: ConsentEvent = { ...draft, ...recorded, sequence: last.sequence + 1, previous: last.hash };
    events.push(event);
    last = { sequence: event.sequence, hash: consentEventHash(event) };
  }
  return { events, head: last };
}

/**
 * The events up to the head in their sequence, if they are exactly those that were recorded: none is missing, changed,
 * moved or added. Events after the head are left out, since they came while the registry was read.
 */
export function verifiedChain(found: Iterable<ConsentEvent>, head: ConsentHead): ConsentEvent[] {
  const events: ConsentEvent[] = [];
  for (const event of found) {
    if (event.sequence <= head.sequence) {
      if (events[event.sequence - 1]) {
        throw new UnreadableConsent(`there are two events with the number ${event.sequence}`);
      }
      events[event.sequence - 1] = event;
    }
  }
  let last = EMPTY_HEAD;
  for (let sequence = 1; sequence <= head.sequence; sequence += 1) {
    const event = events[sequence - 1];
    if (!event) {
      throw new UnreadableConsent(`the event with the number ${sequence} of ${head.sequence} is missing`);
    }
    if (event.previous !== last.hash) {
      throw new UnreadableConsent(`the event with the number ${sequence} does not follow from the one before`);
    }
    last = { sequence, hash: consentEventHash(event) };
  }
  if (last.hash !== head.hash) {
    throw new UnreadableConsent(`the last event, with the number ${head.sequence}, is not the one that the head names`);
  }
  return events;
}
