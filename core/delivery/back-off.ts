import { contract } from '../contract';

/**
 * How long a message waits after an attempt that failed: 10 seconds, then twice as long each time, up to 15 minutes.
 *
 * @param receiveCount how often the message has been received so far, 1 for the first time
 */
export function retryDelaySeconds(receiveCount: number): number {
  const { firstRetrySeconds, longestDelaySeconds } = contract.backOff;
  // beyond this exponent the power would only grow past the longest delay, in the end to Infinity.
  const exponent = Math.min(Math.max(receiveCount, 1) - 1, 30);
  return Math.min(longestDelaySeconds, firstRetrySeconds * 2 ** exponent);
}
