import { contract } from '../../core/contract';
import { TooManyToCount } from '../../core/evidence/take-census';

/**
 * Has what failed tried again for some hours, which an outage may take. After that the checkpoint goes without it: what
 * it says of the chains is more important.
 *
 * @param scheduled for when the checkpoint was scheduled
 * @param giveUp is told what goes missing
 * @returns throws as long as it is not time to give up
 */
export function giveUpLater(
  scheduled: Date,
  now: () => Date,
  giveUp: (what: string, error: unknown) => void,
): (what: string, error: unknown) => void {
  return (what, error) => {
    const waitedSeconds = (now().getTime() - scheduled.getTime()) / 1000;
    if (!(error instanceof TooManyToCount) && waitedSeconds < contract.limits.censusPatienceSeconds) {
      throw error;
    }
    giveUp(what, error);
  };
}
