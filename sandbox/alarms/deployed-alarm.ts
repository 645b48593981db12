import { z } from 'zod';
import type { Metric, MetricHistory, Statistic } from './metric-history';
import { readExpression } from './metric-math';

const Dimensions = z.array(z.strictObject({ Name: z.string(), Value: z.string() }));
const Stat = z.enum(['Maximum', 'Sum']);

const Watched = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  EvaluationPeriods: z.int().min(1),
  // absent: all periods have to breach.
  DatapointsToAlarm: z.undefined().optional(),
  Threshold: z.number(),
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
});

const OnMetric = Watched.extend({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions,
  Statistic: Stat,
  Period: z.int(),
});

const OnExpression = Watched.extend({
  Metrics: z.tuple(
    [
      z.strictObject({
        Id: z.string(),
        Expression: z.string(),
        Label: z.string().optional(),
        ReturnData: z.literal(true).optional(),
      }),
    ],
    z.strictObject({
      Id: z.string(),
      ReturnData: z.literal(false),
      MetricStat: z.strictObject({
        Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
        Period: z.int(),
        Stat,
      }),
    }),
  ),
});

/**
 * An alarm as `DescribeAlarms` tells it, if it uses nothing that is not evaluated here.
 */
export const DeployedAlarm = z.union([OnExpression, OnMetric]);
export type DeployedAlarm = z.infer<typeof DeployedAlarm>;

interface Term {
  readonly id: string;
  readonly metric: Metric;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
}

/**
 * The metrics that an alarm is about.
 */
export function metricsOf(alarm: DeployedAlarm): Metric[] {
  return termsOf(alarm).map(({ metric }) => metric);
}

/**
 * Whether an alarm is raised at a point of time, as CloudWatch evaluates it: each of the last periods has to breach, and a
 * period without data counts as the alarm says
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html).
 */
export function isRaised(alarm: DeployedAlarm, history: MetricHistory, at: Date): boolean {
  const terms = termsOf(alarm);
  const seconds = terms[0]?.periodSeconds ?? 0;
  const value = 'Metrics' in alarm ? readExpression(alarm.Metrics[0].Expression) : undefined;
  return Array.from({ length: alarm.EvaluationPeriods }, (_, index) => {
    const end = new Date(at.getTime() - index * seconds * 1000);
    const values = Object.fromEntries(
      terms.map(({ id, metric, statistic }) => [id, history.statistic(metric, statistic, end, seconds)]),
    );
    return breaches(alarm, value ? value(values) : values.metric);
  }).every(Boolean);
}

function termsOf(alarm: DeployedAlarm): Term[] {
  if ('Metrics' in alarm) {
    const [, ...stats] = alarm.Metrics;
    return stats.map(({ Id, MetricStat: { Metric: found, Period, Stat: statistic } }) => ({
      id: Id,
      metric: metricOf(found.Namespace, found.MetricName, found.Dimensions),
      statistic,
      periodSeconds: Period,
    }));
  }
  const { Namespace, MetricName, Dimensions: dimensions, Statistic: statistic, Period } = alarm;
  return [{ id: 'metric', metric: metricOf(Namespace, MetricName, dimensions), statistic, periodSeconds: Period }];
}

function metricOf(namespace: string, name: string, dimensions: z.infer<typeof Dimensions>): Metric {
  return { namespace, name, dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])) };
}

function breaches(alarm: DeployedAlarm, value: number | undefined): boolean {
  if (value === undefined) {
    return alarm.TreatMissingData === 'breaching';
  }
  return alarm.ComparisonOperator === 'LessThanThreshold' ? value < alarm.Threshold : value >= alarm.Threshold;
}
