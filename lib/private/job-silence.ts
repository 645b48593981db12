import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { RunTagger } from '../run-tagger';

const PERIOD = Duration.hours(3);

/**
 * How many periods have to be silent. CloudWatch looks at the last hours anew each minute, so in one period a job would
 * look lost from its end until it is tagged.
 */
export const SILENT_PERIODS = 2;

const SILENCE = [
  '(FILL(ended, 0) > 0 AND FILL(derived, 0) + FILL(derivationsParked, 0) == 0)',
  '(FILL(resolved, 0) + FILL(unresolved, 0) > 0 AND FILL(tagged, 0) + FILL(taggingsParked, 0) == 0)',
].join(' OR ');

/**
 * 1 for a period in which jobs ended and the lineage-deriver dealt with none, or it sent derivations on and the run-tagger
 * dealt with none; else 0.
 *
 * EventBridge says that jobs end, but not whose: a rule that matches only jobs of others is followed by no tag, and is well.
 * So it is compared with what the lineage-deriver has dealt with, and only what that has sent on with the run-tagger.
 * A function that does not even start tells nothing of itself, and SQS leaves messages that come back again and again out
 * of the age of the oldest one: nothing else would tell before they are parked.
 */
export function jobSilence(tagger: RunTagger): cloudwatch.IMetric {
  const options = { period: PERIOD };
  return new cloudwatch.MathExpression({
    expression: `IF(${SILENCE}, 1, 0)`,
    usingMetrics: {
      ended: tagger.metricJobsEnded(options),
      derived: tagger.metricDerivationsDone(options),
      derivationsParked: tagger.metricDerivationsParked(options),
      resolved: tagger.metricJobsResolved(options),
      unresolved: tagger.metricJobsUnresolved(options),
      tagged: tagger.metricTaggingsDone(options),
      taggingsParked: tagger.metricTaggingsParked(options),
    },
    ...options,
    label: 'Jobs end, and nothing is derived or tagged',
  });
}
