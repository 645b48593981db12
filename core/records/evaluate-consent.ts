import type { ConsentDraft } from './consent-event';

export type ConsentState = 'granted' | 'revoked' | 'expired' | 'not-recorded';

/**
 * The decision that counts at a moment, of the decisions about one subject and purpose: the one that took effect last,
 * in whatever order they were recorded. Of several at one moment the most cautious counts: a revocation, else the
 * consent that ends first.
 *
 * @param at an instant as events have it, so that texts compare as times do
 */
export function decisionAt<T extends ConsentDraft>(decisions: readonly T[], at: string): T | undefined {
  return decisions
    .filter(({ effectiveAt }) => effectiveAt <= at)
    .reduce<T | undefined>((last, next) => (last && !outweighs(next, last) ? last : next), undefined);
}

/**
 * Whether a subject's consent to one purpose holds at a moment.
 */
export function consentAt(decisions: readonly ConsentDraft[], at: string): ConsentState {
  const decision = decisionAt(decisions, at);
  if (!decision) {
    return 'not-recorded';
  }
  if (decision.decision === 'revoked') {
    return 'revoked';
  }
  return decision.until !== undefined && decision.until <= at ? 'expired' : 'granted';
}

function outweighs(next: ConsentDraft, last: ConsentDraft): boolean {
  if (next.effectiveAt !== last.effectiveAt) {
    return next.effectiveAt > last.effectiveAt;
  }
  if (next.decision !== last.decision) {
    return next.decision === 'revoked';
  }
  // later than any instant with a year of four digits.
  return (next.until ?? '~') < (last.until ?? '~');
}
