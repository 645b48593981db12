import {
  type CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { DataPoint, Metric } from './metric-history';

const Line = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.strictObject({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/**
 * The metrics that functions have written into their logs, as CloudWatch takes them from there
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export async function* readFunctionMetrics(
  client: CloudWatchLogsClient,
): AsyncGenerator<{ metric: Metric; point: DataPoint }> {
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {})) {
    for (const { logGroupName } of logGroups) {
      const lines = paginateFilterLogEvents({ client }, { logGroupName, filterPattern: '"CloudWatchMetrics"' });
      for await (const { events = [] } of lines) {
        yield* events.flatMap(({ message = '' }) => metricsIn(Line.parse(JSON.parse(message))));
      }
    }
  }
}

function metricsIn({ _aws: { Timestamp, CloudWatchMetrics }, ...said }: z.infer<typeof Line>) {
  const at = new Date(Timestamp);
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions: sets, Metrics }) =>
    sets.flatMap((names) =>
      Metrics.flatMap(({ Name: name }) => {
        const dimensions = Object.fromEntries(names.map((key) => [key, String(said[key])]));
        // several of one name in one line are a list.
        return [said[name]].flat().map((value) => ({
          metric: { namespace, name, dimensions },
          point: { at, value: z.number().parse(value) },
        }));
      }),
    ),
  );
}
