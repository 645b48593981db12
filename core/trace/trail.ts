import { describeEndpoints, type EndpointsInService } from './endpoints-in-service';
import { type ExaminedTraining, examineTraining } from './examine-training';
import type { TraceSources } from './sources';
import { type StatedPackages, statedPackages } from './stated-packages';

/**
 * One trace on its way. A training job to which several chains lead is examined once.
 */
export class Trail {
  private readonly trainings = new Map<string, ExaminedTraining>();

  private inService: EndpointsInService | undefined;

  private stated: StatedPackages | undefined;

  constructor(readonly sources: TraceSources) {}

  async training(name: string): Promise<ExaminedTraining> {
    const known = this.trainings.get(name) ?? (await examineTraining(name, this.sources));
    this.trainings.set(name, known);
    return known;
  }

  /** The endpoints that are in service, as far as their number is looked at. */
  async endpoints(): Promise<EndpointsInService> {
    this.inService ??= await describeEndpoints(this.sources);
    return this.inService;
  }

  /** The model packages that the evidence is about, as far as their number is looked at. */
  async packages(): Promise<StatedPackages> {
    this.stated ??= await statedPackages(this.sources);
    return this.stated;
  }

  /** all training jobs that were examined, in the order in which they were come to. */
  examined(): readonly ExaminedTraining[] {
    return [...this.trainings.values()];
  }
}
