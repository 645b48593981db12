/**
 * Why a message cannot succeed until somebody changes something, each with what docs/runbook.md says to do.
 */
export const PARKING_REASONS = [
  'malformed-message',
  'foreign-message',
  'job-not-found',
  'job-changed',
  'git-refused',
  'token-unreadable',
  'run-not-found',
  'evidence-broken',
  'deployment-not-found',
  'package-full',
  'request-refused',
  'unexpected-error',
  'function-killed',
  'retries-exhausted',
] as const;

export type ParkingReason = (typeof PARKING_REASONS)[number];

/**
 * Why a message is parked: what a function said of it; EventBridge could not deliver it to its work queue; or nobody said,
 * since the queue itself has parked it after its last attempt, or a person put it there.
 */
export const PARKED_BECAUSE = [...PARKING_REASONS, 'not-delivered', 'unnamed'] as const;
export type ParkedBecause = (typeof PARKED_BECAUSE)[number];

/**
 * What no retry mends: the message is parked with this reason, for a person to mend the cause and send it again.
 */
export class CannotSucceed extends Error {
  override readonly name = 'CannotSucceed';

  constructor(
    readonly reason: ParkingReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * What was to be done is done but for something that others make possible in a while. The message is tried again, and
 * nobody has to know.
 */
export class Postponed extends Error {
  override readonly name = 'Postponed';
}
