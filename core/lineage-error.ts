export type LineageErrorCode =
  /** an argument is not of its form. */
  | 'invalid-argument'
  /** there is no stack of this name in the account and region that were asked. */
  | 'stack-not-found'
  /** the stack does not say where its platform is. */
  | 'stack-without-platform'
  /** the subject is in another account or region than the platform. */
  | 'subject-elsewhere'
  /** the folder is no export of evidence, or one about something else. */
  | 'not-an-export';

/**
 * A question that cannot be asked as it was. What a service answers is never one of these.
 */
export class LineageError extends Error {
  override readonly name = 'LineageError';

  constructor(
    readonly code: LineageErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
