/**
 * Why a message cannot succeed until somebody changes something.
 */
export type ParkingReason =
  | 'malformed-message'
  | 'foreign-message'
  | 'job-not-found'
  | 'job-changed'
  | 'git-refused'
  | 'token-unreadable'
  | 'run-not-found'
  | 'evidence-broken'
  | 'deployment-not-found'
  | 'package-full';

/**
 * What no retry mends: the message is parked with this reason, for a person to mend the cause and send it again.
 *
 * Every other error is taken to pass, and the message is tried again.
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
