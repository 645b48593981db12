import { contract } from '../../core/contract';
import type { DataCommit } from './data-commits';
import { judge, type Verdict } from './judge';
import type { Observed } from './observed';
import { expect, type World } from './oracle';
import { parkedReasons } from './parked';
import type { PlannedJob } from './plan';
import { runsOf, STRANGERS_COMMIT } from './planted-runs';
import type { Planting } from './planting';
import type { Scene } from './weather';

/**
 * What is not as the oracle says, of each of these jobs.
 */
export function verdictsOn(jobs: readonly PlannedJob[], found: Observed, scene: Scene, planting: Planting): Verdict[] {
  const { derivationParking, taggingParking } = scene.functions;
  const parked = parkedReasons([derivationParking, taggingParking]);
  const world = worldOf(scene);
  return jobs.flatMap((job) =>
    judge(job.name, expect(job, world), {
      statements: found.statements.get(job.name) ?? [],
      runs: planting.runsOf(job).flatMap((id) => found.runs.get(id) ?? []),
      edges: found.edges.get(job.name) ?? [],
      parked: parked.get(job.name) ?? [],
    }),
  );
}

/**
 * All that is not as it has to be, each in one sentence.
 */
export function failuresIn(found: Observed, scene: Scene, planting: Planting): string[] {
  const planned = new Set(planting.jobs.map(({ name }) => name));
  const runs = new Set(planting.jobs.flatMap((job) => planting.runsOf(job)));
  const { deriver, tagger } = scene.functions;
  const deadLettered = deriver.queue.deadLettered + tagger.queue.deadLettered;
  return [
    ...found.broken.map((problem) => `evidence does not verify: ${problem}`),
    ...(deadLettered > 0 ? [`${deadLettered} messages were received too often`] : []),
    ...[...found.statements.keys()]
      .filter((name) => !planned.has(name))
      .map((name) => `nobody planned the job ${name}`),
    ...[...found.runs.keys()].filter((id) => !runs.has(id)).map((id) => `nobody planned the run ${id}`),
    ...[...runs].filter((id) => !found.runs.has(id)).map((id) => `the run ${id} is gone`),
    ...verdictsOn(planting.jobs, found, scene, planting).map(
      ({ kind, job, explanation }) => `${kind}: ${job}: ${explanation}`,
    ),
  ];
}

/** A run that says another commit than it has to. */
export function tampered(found: Observed, runId: string): Observed {
  const run = found.runs.get(runId);
  if (!run) {
    throw new Error(`there is no run ${runId} to tamper with`);
  }
  const tags = { ...run.tags, [contract.runTags.dataCommit]: STRANGERS_COMMIT };
  return { ...found, runs: new Map([...found.runs, [runId, { ...run, tags }]]) };
}

function worldOf({ estate, moved }: Scene): World {
  return {
    before: (revision) => commitOf(estate.commits, revision),
    since: (revision) => commitOf(moved, revision),
    strangersCommit: STRANGERS_COMMIT,
    runs: runsOf,
  };
}

function commitOf(commits: ReadonlyMap<string, DataCommit>, revision: string): DataCommit {
  const commit = commits.get(revision);
  if (!commit) {
    throw new Error(`there is no commit of the revision ${revision}`);
  }
  return commit;
}
