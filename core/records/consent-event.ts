import { z } from 'zod';
import { pattern } from '../contract';
import { sha256OfValue } from '../evidence/digest';
import { Instant, Sha256 } from '../evidence/fields';

/** What the first event names as the one before. */
export const BEFORE_FIRST = '0'.repeat(64);

export const SubjectReference = z.string().regex(pattern('subjectReference'));
export const ConsentPurpose = z.string().regex(pattern('consentPurpose'));
export const ConsentReasonCode = z.string().regex(pattern('consentReasonCode'));
export const ConsentDecision = z.enum(['granted', 'revoked']);
export type ConsentDecision = z.infer<typeof ConsentDecision>;

const decided = {
  subject: SubjectReference,
  purpose: ConsentPurpose,
  decision: ConsentDecision,
  effectiveAt: Instant,
  /** when a consent ends by itself; a revocation does not. */
  until: Instant.optional(),
  reasonCode: ConsentReasonCode,
};

interface Span {
  readonly decision: ConsentDecision;
  readonly effectiveAt: string;
  readonly until?: string | undefined;
}

const endsAfterItBegins = ({ effectiveAt, until }: Span) => until === undefined || until > effectiveAt;
const onlyConsentEnds = ({ decision, until }: Span) => until === undefined || decision === 'granted';

const TOO_EARLY = { message: 'until must be later than effectiveAt', path: ['until'] };
const NOT_OF_REVOCATION = { message: 'a revocation has no until', path: ['until'] };

/**
 * What somebody decided about one subject and purpose, before it has a place in the registry.
 */
export const ConsentDraft = z
  .strictObject(decided)
  .refine(endsAfterItBegins, TOO_EARLY)
  .refine(onlyConsentEnds, NOT_OF_REVOCATION);
export type ConsentDraft = z.infer<typeof ConsentDraft>;

/**
 * A decision in its place. There is no field for free text, in which somebody would name a person one day.
 */
export const ConsentEvent = z
  .strictObject({
    ...decided,
    sequence: z.int().min(1),
    /** the hash of the event before. */
    previous: Sha256,
    recordedAt: Instant,
    /** who says to have recorded it; who did, CloudTrail knows. */
    actor: z.string().regex(pattern('principalArn')),
  })
  .refine(endsAfterItBegins, TOO_EARLY)
  .refine(onlyConsentEnds, NOT_OF_REVOCATION);
export type ConsentEvent = z.infer<typeof ConsentEvent>;

/**
 * The SHA-256 of an event's canonical JSON, by which the next event names it.
 */
export function consentEventHash(event: ConsentEvent): string {
  return sha256OfValue(event);
}

/**
 * Whether two decisions say the same of their subjects, whenever and by whomever they were recorded.
 */
export function sameDecision(one: ConsentDraft, other: ConsentDraft): boolean {
  return (
    one.purpose === other.purpose &&
    one.decision === other.decision &&
    one.effectiveAt === other.effectiveAt &&
    one.until === other.until &&
    one.reasonCode === other.reasonCode
  );
}
