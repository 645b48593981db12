const CLIENT_ERRORS = { first: 400, last: 499 };

// rights and tokens, which people mend meanwhile; a time-out, a conflict with somebody else, a lost race, too early.
const MAY_PASS = [401, 403, 407, 408, 409, 412, 421, 423, 425, 429];

export interface HttpErrorOptions {
  readonly status: number;
  /** how long the service asks to be left alone. */
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * A service has answered with a status that is none of the good ones.
 */
export class HttpError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { status, retryAfterSeconds }: HttpErrorOptions) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /**
   * Whether it was asked too often. Some Git hosts say so with another status than 429, and with Retry-After
   * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api).
   */
  get isThrottled(): boolean {
    return this.status === 429 || this.retryAfterSeconds !== undefined;
  }

  /**
   * Whether the same request will get the same answer, however long one waits.
   */
  get isRefusal(): boolean {
    return isRefusalStatus(this.status) && !this.isThrottled;
  }
}

/**
 * Whether a status says that the request is wrong, and not that the moment is.
 */
export function isRefusalStatus(status: number): boolean {
  return status >= CLIENT_ERRORS.first && status <= CLIENT_ERRORS.last && !MAY_PASS.includes(status);
}
