import { DeployedAlarm, isRaised } from '../../../sandbox/alarms/deployed-alarm';
import { MetricHistory } from '../../../sandbox/alarms/metric-history';
import { TimeLapse } from '../../../sandbox/alarms/time-lapse';

const QUEUE = [{ Name: 'QueueName', Value: 'work' }];
const AT = new Date('2026-11-24T12:00:00Z');
const minutesBefore = (minutes: number) => new Date(AT.getTime() - minutes * 60_000);

const common = {
  AlarmName: 'Deep',
  AlarmDescription: 'too much waits',
  EvaluationPeriods: 2,
  Threshold: 3,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
};
const onMetric = {
  ...common,
  Namespace: 'AWS/SQS',
  MetricName: 'Visible',
  Dimensions: QUEUE,
  Statistic: 'Sum',
  Period: 300,
};

function history(...points: [minutes: number, value: number][]): MetricHistory {
  const made = new MetricHistory();
  for (const [minutes, value] of points) {
    made.add(
      { namespace: 'AWS/SQS', name: 'Visible', dimensions: { QueueName: 'work' } },
      { at: minutesBefore(minutes), value },
    );
  }
  return made;
}

const raised = (alarm: unknown, points: MetricHistory) => isRaised(DeployedAlarm.parse(alarm), points, AT);

test('every period has to breach', () => {
  expect(raised(onMetric, history([1, 3], [6, 3]))).toBe(true);
  expect(raised(onMetric, history([1, 3], [6, 2]))).toBe(false);
  expect(raised(onMetric, history([1, 9]))).toBe(false);
});

test('a period has what came after its begin, up to its end', () => {
  expect(raised(onMetric, history([0, 3], [5, 3]))).toBe(true);
  expect(raised(onMetric, history([0, 3], [10, 3]))).toBe(false);
});

test('what comes together in a period is added, or only the most of it counts', () => {
  const points = history([1, 2], [2, 1], [6, 2], [7, 1]);
  expect(raised(onMetric, points)).toBe(true);
  expect(raised({ ...onMetric, Statistic: 'Maximum' }, points)).toBe(false);
});

test('a period without data counts as the alarm says', () => {
  const missed = { ...onMetric, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' };
  expect(raised(missed, history())).toBe(true);
  expect(raised(missed, history([1, 3]))).toBe(false);
  expect(raised({ ...missed, TreatMissingData: 'notBreaching' }, history())).toBe(false);
});

test('another queue is another metric', () => {
  const other = { ...onMetric, Dimensions: [{ Name: 'QueueName', Value: 'other' }] };
  expect(raised(other, history([1, 3], [6, 3]))).toBe(false);
});

test('an expression is evaluated for each period', () => {
  const onExpression = {
    ...common,
    Threshold: 1,
    Metrics: [
      { Id: 'deep', Expression: 'IF(FILL(visible, 0) > 2, 1, 0)' },
      {
        Id: 'visible',
        ReturnData: false,
        MetricStat: {
          Metric: { Namespace: 'AWS/SQS', MetricName: 'Visible', Dimensions: QUEUE },
          Period: 300,
          Stat: 'Sum',
        },
      },
    ],
  };
  expect(raised(onExpression, history([1, 3], [6, 3]))).toBe(true);
  expect(raised(onExpression, history([1, 3], [6, 2]))).toBe(false);
  expect(raised(onExpression, history([1, 3]))).toBe(false);
});

test.each([
  { TreatMissingData: 'ignore' },
  { DatapointsToAlarm: 1 },
  { Statistic: 'Average' },
  { ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold' },
])('an alarm with %j is refused, and not guessed', (more) => {
  expect(() => DeployedAlarm.parse({ ...onMetric, ...more })).toThrow();
});

test('after a skip it is as much later, and what was before stays where it was', () => {
  const clock = new TimeLapse();
  const before = new Date(Date.now() - 1000);
  clock.skip(3_600_000);
  const after = new Date(Date.now() + 1000);
  expect(clock.of(before)).toEqual(before);
  expect(clock.of(after).getTime() - after.getTime()).toBe(3_600_000);
});
