import * as fc from 'fast-check';
import { ConsentDraft } from '../../../core/records/consent-event';
import { consentAt, decisionAt } from '../../../core/records/evaluate-consent';
import { draft, drafts } from './drafts';
import vectors from './vectors.json';

const moments = fc.integer({ min: 1, max: 9 }).map((month) => `2026-0${month}-01T00:00:00.000Z`);

test.each(vectors.evaluations)('$what is $state', ({ decisions, at, state }) => {
  const parsed = decisions.map((decision) => ConsentDraft.parse(decision));
  expect(consentAt(parsed, at)).toBe(state);
  expect(consentAt([...parsed].reverse(), at)).toBe(state);
});

test('the order in which decisions were recorded counts for nothing', () => {
  const orders = fc
    .array(drafts, { maxLength: 8 })
    .chain((decisions) =>
      fc.tuple(fc.constant(decisions), fc.shuffledSubarray(decisions, { minLength: decisions.length })),
    );
  fc.assert(
    fc.property(orders, moments, ([one, other], at) => {
      expect(consentAt(other, at)).toBe(consentAt(one, at));
    }),
  );
});

test('what is recorded twice says the same as once', () => {
  fc.assert(
    fc.property(fc.array(drafts, { maxLength: 8 }), moments, (decisions, at) => {
      expect(consentAt([...decisions, ...decisions], at)).toBe(consentAt(decisions, at));
    }),
  );
});

test('what takes effect later changes nothing of before', () => {
  fc.assert(
    fc.property(fc.array(drafts, { maxLength: 8 }), moments, (decisions, at) => {
      const earlier = decisions.filter(({ effectiveAt }) => effectiveAt <= at);
      expect(consentAt(decisions, at)).toBe(consentAt(earlier, at));
    }),
  );
});

test('a revocation counts from its moment on, until a consent takes effect after it', () => {
  fc.assert(
    fc.property(fc.array(drafts, { maxLength: 8 }), moments, (decisions, at) => {
      const revoked = consentAt([...decisions, draft({ decision: 'revoked', effectiveAt: at })], at);
      expect(revoked).toBe('revoked');
    }),
  );
});

test('the decision that counts is one of those that were recorded, with all that is known of it', () => {
  const known = { ...draft(), sequence: 7 };
  expect(decisionAt([known], '2026-02-01T00:00:00.000Z')).toBe(known);
  expect(decisionAt([known], '2025-02-01T00:00:00.000Z')).toBeUndefined();
});
