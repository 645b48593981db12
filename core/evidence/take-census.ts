import type { Census } from './census';
import { type ChainName, chainPrefix, parseStatementKey } from './chain-key';
import type { Head } from './checkpoint-predicate';
import type { Day } from './day';
import type { Origin } from './fact';
import { tellExplanation } from './told';

/**
 * The jobs of one kind that were created on a day.
 */
export interface JobsOfDay {
  readonly listed: number;
  /** those of the platform. */
  readonly ours: readonly { readonly chain: ChainName; readonly running: boolean }[];
}

/**
 * The runs that began on a day.
 */
export interface RunsOfDay {
  readonly started: number;
  /** what each run with the platform's tag names as its statement. */
  readonly statements: readonly (string | undefined)[];
}

/**
 * Those who know what there was on a day.
 */
export interface CensusSources {
  jobs(kind: 'processing-job' | 'training-job', day: Day): Promise<JobsOfDay>;
  runs(day: Day): Promise<RunsOfDay>;
  countModelVersions(day: Day): Promise<number>;
}

/**
 * What was counted, before it is known which chains there are.
 */
export type CountedDay = (heads: readonly Head[]) => Census;

/**
 * There is more than is counted in one go. No retry mends it.
 */
export class TooManyToCount extends Error {
  override readonly name = 'TooManyToCount';
}

type Api = Extract<Origin['source'], { api: string }>['api'];

/**
 * Counts what there was on a day. Its answer says how many of it have evidence, once the ends of the chains are known.
 *
 * @param failed is told what could not be counted, and may throw to have it all tried again later
 */
export async function takeCensus(
  day: Day,
  sources: CensusSources,
  { now, failed }: { readonly now: () => Date; readonly failed: (what: string, error: unknown) => void },
): Promise<CountedDay> {
  const count = async <T>(api: Api, ask: () => Promise<T>) => {
    const at = now().toISOString();
    try {
      const found = await ask();
      return <V>(value: (found: T) => V) => ({ value: value(found), source: { api }, at });
    } catch (error) {
      failed(api, error);
      const notCounted = tellExplanation(reasonOf(api, error));
      return () => ({ notCounted, at });
    }
  };
  const processing = await count('sagemaker:ListProcessingJobs', () => sources.jobs('processing-job', day));
  const training = await count('sagemaker:ListTrainingJobs', () => sources.jobs('training-job', day));
  const runs = await count('mlflow:search-runs', () => sources.runs(day));
  const modelVersions = await count('mlflow:search-model-versions', () => sources.countModelVersions(day));
  return (heads) => {
    const ends = new Map(heads.map(({ chain, sequence }) => [chain, sequence]));
    return {
      processingJobs: processing((found) => jobCount(found, ends)),
      trainingJobs: training((found) => jobCount(found, ends)),
      runs: runs((found) => runCount(found, ends)),
      modelVersions: modelVersions((registered) => ({ registered })),
    };
  };
}

// what a service says of its failure is for the log: it may repeat what somebody wrote.
function reasonOf(api: Api, error: unknown): string {
  if (error instanceof TooManyToCount) {
    return error.message;
  }
  return `${api} failed with ${error instanceof Error ? error.name.slice(0, 100) : typeof error}`;
}

function jobCount({ listed, ours }: JobsOfDay, ends: ReadonlyMap<string, number>) {
  return {
    listed,
    inScope: ours.length,
    running: ours.filter(({ running }) => running).length,
    withStatement: ours.filter(({ chain }) => ends.has(chainPrefix(chain))).length,
  };
}

function runCount({ started, statements }: RunsOfDay, ends: ReadonlyMap<string, number>) {
  return {
    started,
    tagged: statements.length,
    withStatement: statements.filter((named) => named !== undefined && isThere(named, ends)).length,
  };
}

// a tag is for people to see, and anybody who may log can write one: it only counts where it leads to a statement.
function isThere(named: string, ends: ReadonlyMap<string, number>): boolean {
  const place = parseStatementKey(named.split('@')[0] ?? '');
  return place !== undefined && place.sequence <= (ends.get(chainPrefix(place.chain)) ?? 0);
}
