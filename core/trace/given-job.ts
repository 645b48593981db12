import type { RunModelVersion } from '../chain/job-models';
import { contract } from '../contract';
import { type ExaminedTraining, statedTraining } from './examine-training';
import { followFoundRun, runLink } from './follow-run';
import type { GivenJob, GivenJobs, SoughtData } from './given-jobs';
import { givenLink } from './given-link';
import { packagesOf } from './given-packages';
import type { Chain, Link } from './link';
import { servingOf } from './serving-endpoints';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { Trail } from './trail';
import { trainingLinks } from './training-links';

/**
 * Follows a job that was given data, and what was made of its model.
 */
export async function usedBy(given: GivenJob, sought: SoughtData, found: GivenJobs, trail: Trail): Promise<Chain> {
  const [first, ...more] = given.runs;
  if (!first) {
    const training = await trail.training(given.name ?? '');
    const links = [...(await statedRunLinks(training, trail)), ...trainingLinks(training, undefined)];
    return withUses([givenLink(given, sought, found, training), ...links], training, trail);
  }
  const { links, training } = await followFoundRun(first, trail);
  if (!training) {
    const others = await Promise.all(more.map((run) => followFoundRun(run, trail)));
    return { links: [...links, ...others.flatMap((other) => other.links)], branches: [] };
  }
  const known = [...links, ...more.map((run) => runLink(run, training))];
  return withUses([givenLink(given, sought, found, training), ...known], training, trail);
}

async function withUses(links: readonly Link[], training: ExaminedTraining, trail: Trail): Promise<Chain> {
  const { derived } = training;
  const versions = derived && !(derived instanceof SourceFailure) ? derived.models.versions : [];
  const packages = await packagesOf(training.name, trail);
  const named = [
    ...versions.flatMap(({ tags }) => tags[contract.claimTags.modelPackageArn] ?? []),
    ...packages.flatMap((one) => one.links.flatMap(({ kind, value }) => (kind === 'model package' ? value : []))),
  ];
  return {
    links: [...links, ...versions.flatMap(versionLinks)],
    branches: [...packages, ...(await servingOf(training, named, trail))],
  };
}

/** The runs that the evidence names, where none in MLflow leads to the job: they were deleted, or lost their tags. */
async function statedRunLinks(training: ExaminedTraining, { sources }: Trail): Promise<Link[]> {
  const stated = statedTraining(training)?.runs.value ?? [];
  const links: Link[] = [];
  for (const { runId } of stated.slice(0, contract.limits.traceStatedRuns)) {
    const run = await answerOf(sources.mlflow.run(runId));
    if (run instanceof SourceFailure) {
      links.push(failedLink('run', runId, run));
    } else if (run) {
      links.push(runLink(run, training));
    } else {
      const check = 'the evidence names it, and MLflow has no such run any more';
      const common = { kind: 'run', value: runId, sources: ['evidence', 'MLflow'] } as const;
      links.push({ ...common, outcome: 'missing', problem: 'run-not-found', check });
    }
  }
  return links;
}

function versionLinks({ name, version, tags }: RunModelVersion): Link[] {
  const common = { sources: ['MLflow'] } as const;
  const packageArn = tags[contract.claimTags.modelPackageArn];
  const registered: Link = {
    ...common,
    kind: 'model version',
    value: `${name} version ${version}`,
    outcome: 'agrees',
    check: 'the registry names a run of the job, and a source that it has',
  };
  const check = "the version's tag names it, which nothing else confirms";
  return packageArn === undefined
    ? [registered]
    : [
        registered,
        {
          ...common,
          kind: 'model package',
          value: packageArn,
          outcome: 'not-compared',
          problem: 'model-version-by-tag',
          check,
        },
      ];
}
