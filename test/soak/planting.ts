import type { Estate } from './estate';
import { PHASES, type PlannedJob } from './plan';
import { eventAbout, type JobTimes, plantPlannedJobs } from './planted-jobs';
import { RunPlanter } from './planted-runs';

/**
 * The jobs of a plan, as far as they have ended: with what SageMaker and MLflow know of them.
 */
export class Planting {
  static async begin(estate: Estate, jobs: readonly PlannedJob[]): Promise<Planting> {
    return new Planting(estate, await RunPlanter.open(estate), [...jobs]);
  }

  private readonly times = new Map<string, JobTimes>();
  private readonly runs = new Map<string, readonly string[]>();

  private constructor(
    private readonly estate: Estate,
    private readonly planter: RunPlanter,
    private readonly planned: PlannedJob[],
  ) {}

  get jobs(): readonly PlannedJob[] {
    return this.planned;
  }

  async plant(jobs: readonly PlannedJob[]): Promise<void> {
    const times = await plantPlannedJobs(this.estate, jobs);
    for (const { name } of jobs) {
      this.times.set(name, times);
    }
    for (const [name, ids] of await this.planter.plant(jobs, times)) {
      this.runs.set(name, ids);
    }
  }

  /** A job beside the plan, after all phases, of which nothing remarkable is to be said. */
  async plantOneMore(name: string, revision: string): Promise<PlannedJob> {
    const phase = PHASES.length;
    const job: PlannedJob = { name, kind: 'claims-agree', phase, deliveries: [phase], revision };
    this.planned.push(job);
    await this.plant([job]);
    return job;
  }

  eventOf(job: PlannedJob): string {
    const times = this.times.get(job.name);
    if (!times) {
      throw new Error(`${job.name} was not planted`);
    }
    return eventAbout(this.estate, job, times);
  }

  /** In the order of their start. */
  runsOf({ name }: PlannedJob): readonly string[] {
    return this.runs.get(name) ?? [];
  }
}
