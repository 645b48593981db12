import type { Sandbox } from '../sandbox/instance';
import { projectRoot } from '../sandbox/project-paths';
import type { Walk } from '../sandbox/walk/platform-walk';
import { type ArchiveSize, archiveSize, packFiles } from './archive-size';
import { allCandidates, type Candidate } from './candidates';
import { runTaggerEnvironment } from './deployed-platform';
import { runJobs } from './ended-jobs';
import { assertDone } from './finished-work';
import { type Measurement, measure } from './measure';

export interface Rounds {
  /** how often each function is started. */
  readonly rounds: number;
  /** how many messages each of them gets after the first. */
  readonly warmMessages: number;
}

/**
 * A function and what was measured of it, one measurement for each round.
 */
export interface MeasuredFunction {
  readonly name: string;
  readonly measurements: readonly Measurement[];
  readonly size: ArchiveSize;
  /** of what is to be uploaded, because the Lambda runtime brings the rest along. */
  readonly uploadedSize: ArchiveSize;
}

/**
 * Measures the run-tagger, which comes first, beside functions that do its work.
 */
export async function measureRunTaggers(
  sandbox: Sandbox,
  walk: Walk,
  { rounds, warmMessages }: Rounds,
  say: (text: string) => void,
): Promise<MeasuredFunction[]> {
  const candidates = allCandidates();
  const perProcess = 1 + warmMessages;
  const count = rounds * candidates.length * perProcess;
  say(`${count} training jobs`);
  // all jobs of a process have the data revision in common, and no others.
  const revisions = Array.from({ length: count }, (_, job) => `v${Math.floor(job / perProcess)}`);
  const jobs = await runJobs(sandbox, walk, revisions);

  const environment = await runTaggerEnvironment(sandbox, walk);
  const measurements = new Map<Candidate, Measurement[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    // none is always the one that comes after the same other one.
    for (const candidate of rotated(candidates, round)) {
      const given = jobs.splice(0, perProcess);
      const events = given.map(({ event }) => event);
      measurements.get(candidate)?.push(await measure(candidate, environment, events));
      for (const job of given) {
        await assertDone(walk, job);
      }
    }
  }
  say('the sizes of the archives');
  return Promise.all(candidates.map((candidate) => describe(candidate, measurements.get(candidate) ?? [])));
}

async function describe(
  { name, files, inRuntime }: Candidate,
  measurements: readonly Measurement[],
): Promise<MeasuredFunction> {
  const packed = await packFiles(projectRoot, files);
  const left = new Set(inRuntime);
  const uploaded = packed.filter(({ path }) => !left.has(path));
  return { name, measurements, size: archiveSize(packed), uploadedSize: archiveSize(uploaded) };
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
