import { contract } from '../../core/contract';
import type { AwsClients } from '../walk/aws-clients';
import { type DeployedAlarm, isRaised, metricsOf } from './deployed-alarm';
import { EventWitness } from './event-witness';
import { readFunctionMetrics } from './function-metrics';
import { type DataPoint, type Metric, MetricHistory } from './metric-history';
import { readQueueMetric } from './queue-metrics';
import { TimeLapse } from './time-lapse';

const MINUTE = 60_000;
// CloudWatch has data of a queue every minute; the shortest period of our alarms has five.
const STEP = 5 * MINUTE;
const [QUEUES, EVENTS] = ['AWS/SQS', 'AWS/Events'];

/**
 * Evaluates deployed alarms, since the emulator does not: from the queues, from what the functions wrote into their logs,
 * and from the events that came.
 */
export class AlarmWatch {
  static async over(alarms: readonly DeployedAlarm[], aws: AwsClients): Promise<AlarmWatch> {
    const metrics = alarms.flatMap(metricsOf);
    const known = [QUEUES, EVENTS, contract.packageName];
    const unknown = metrics.filter(({ namespace }) => !known.includes(namespace));
    if (unknown.length > 0) {
      throw new Error(`the local CloudWatch does not know the metrics ${JSON.stringify(unknown)}`);
    }
    const matched = metrics.filter(({ namespace }) => namespace === EVENTS);
    const [events, ...more] = matched;
    if (!events || more.length > 0 || events.name !== 'MatchedEvents') {
      throw new Error(`the local CloudWatch counts what one rule matches, not ${JSON.stringify(matched)}`);
    }
    const witness = await EventWitness.of(events.dimensions.RuleName ?? '', aws.eventBridge, aws.sqs);
    const queues = metrics.filter(({ namespace }) => namespace === QUEUES);
    return new AlarmWatch(alarms, aws, { queues, events }, witness);
  }

  private readonly clock = new TimeLapse();
  private readonly sampled: { readonly metric: Metric; readonly point: DataPoint }[] = [];

  private constructor(
    private readonly alarms: readonly DeployedAlarm[],
    private readonly aws: AwsClients,
    private readonly metrics: { readonly queues: readonly Metric[]; readonly events: Metric },
    private readonly witness: EventWitness,
  ) {}

  /** Lets time go by in which nothing happens, but what waits in queues goes on waiting. */
  async skip(minutes: number): Promise<void> {
    await this.sampleQueues(minutes * MINUTE);
    this.clock.skip(minutes * MINUTE);
  }

  /** The names of the alarms that are raised now. */
  async raised(): Promise<string[]> {
    await this.sampleQueues(0);
    for (const at of await this.witness.take()) {
      this.sampled.push({ metric: this.metrics.events, point: { at: this.clock.of(at), value: 1 } });
    }
    const history = new MetricHistory();
    for (const { metric, point } of this.sampled) {
      history.add(metric, point);
    }
    for await (const { metric, point } of readFunctionMetrics(this.aws.cloudWatchLogs)) {
      history.add(metric, { ...point, at: this.clock.of(point.at) });
    }
    const now = this.clock.now();
    return this.alarms.filter((alarm) => isRaised(alarm, history, now)).map(({ AlarmName }) => AlarmName);
  }

  private async sampleQueues(ms: number): Promise<void> {
    const from = this.clock.now().getTime();
    for (const metric of this.metrics.queues) {
      const valueAt = await readQueueMetric(this.aws.sqs, metric, this.clock);
      for (let time = from; time <= from + ms; time += STEP) {
        const at = new Date(time);
        const value = valueAt(at);
        if (value !== undefined) {
          this.sampled.push({ metric, point: { at, value } });
        }
      }
    }
  }
}
