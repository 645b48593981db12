export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface DataPoint {
  readonly at: Date;
  readonly value: number;
}

export type Statistic = 'Maximum' | 'Sum';

const STATISTICS: Readonly<Record<Statistic, (values: readonly number[]) => number>> = {
  Maximum: (values) => Math.max(...values),
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
};

/**
 * The data points of metrics.
 */
export class MetricHistory {
  private readonly points = new Map<string, DataPoint[]>();

  add(metric: Metric, point: DataPoint): void {
    const key = keyOf(metric);
    this.points.set(key, [...(this.points.get(key) ?? []), point]);
  }

  /** @returns undefined where there is no data point in the period that ends then */
  statistic(metric: Metric, statistic: Statistic, end: Date, periodSeconds: number): number | undefined {
    const from = end.getTime() - periodSeconds * 1000;
    const values = (this.points.get(keyOf(metric)) ?? [])
      .filter(({ at }) => at.getTime() > from && at <= end)
      .map(({ value }) => value);
    return values.length === 0 ? undefined : STATISTICS[statistic](values);
  }
}

function keyOf({ namespace, name, dimensions }: Metric): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}
