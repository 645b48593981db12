import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { contract } from './contract';

/**
 * The metrics that one function of a platform emits, with the dimensions that lambda/queue-handler gives them.
 */
export class FunctionMetrics {
  constructor(
    private readonly scope: Construct,
    private readonly platformName: string,
    private readonly functionName: string,
  ) {}

  count(name: keyof typeof contract.metrics, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.packageName,
      metricName: contract.metrics[name],
      dimensionsMap: { platform: this.platformName, service: this.functionName },
      statistic: cloudwatch.Stats.SUM,
      ...options,
    }).attachTo(this.scope);
  }
}
