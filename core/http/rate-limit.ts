import { DefaultRateLimiter } from '@smithy/core/retry';
import { contract } from '../contract';
import { HttpError } from './http-error';

/**
 * Makes a request as soon as it may be made.
 */
export type RateLimit = <Answer>(request: () => Promise<Answer>) => Promise<Answer>;

/**
 * Requests to one service, slowed down once it says that there are too many, and faster again as it takes them: what the
 * AWS SDK does in its retry mode "adaptive", for services that it has no client for.
 *
 * Nothing is tried again here, and a Retry-After is not waited for: a function is billed while it waits, a message on
 * its queue is not.
 */
export function rateLimit(): RateLimit {
  const limiter = new DefaultRateLimiter({ minFillRate: contract.rates.leastRequestsPerSecond });
  return async (request) => {
    await limiter.getSendToken();
    try {
      const answer = await request();
      limiter.updateClientSendingRate({});
      return answer;
    } catch (error) {
      const isThrottled = error instanceof HttpError && error.isThrottled;
      limiter.updateClientSendingRate(isThrottled ? { errorType: 'THROTTLING' } : {});
      throw error;
    }
  };
}
