import * as fc from 'fast-check';
import type { ConsentDraft } from '../../../core/records/consent-event';

export const RECORDED = {
  recordedAt: '2026-01-02T03:04:05.678Z',
  actor: 'arn:aws:sts::111122223333:assumed-role/ConsentOffice/session',
};

/** The reference of one of some subjects. */
export const subject = (number: number) => `0a1b2c3d.${number.toString(16).padStart(64, '0')}`;

export function draft(changes: Partial<ConsentDraft> = {}): ConsentDraft {
  return {
    subject: subject(1),
    purpose: 'research',
    decision: 'granted',
    effectiveAt: '2026-01-01T00:00:00.000Z',
    reasonCode: 'form-signed',
    ...changes,
  };
}

const month = (number: number) => `2026-${String(number).padStart(2, '0')}-01T00:00:00.000Z`;

/** Decisions about few subjects at few moments, so that they meet. */
export const drafts = fc
  .record({
    subject: fc.integer({ min: 1, max: 3 }).map(subject),
    purpose: fc.constantFrom('research', 'care'),
    decision: fc.constantFrom('granted' as const, 'revoked' as const),
    effective: fc.integer({ min: 1, max: 4 }),
    lasts: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    reasonCode: fc.constantFrom('form-signed', 'withdrawn'),
  })
  .map(({ effective, lasts, ...rest }) => ({
    ...rest,
    effectiveAt: month(effective),
    ...(lasts !== undefined && rest.decision === 'granted' ? { until: month(effective + lasts) } : {}),
  }));
