import { type DescribedDeployment, deployedContainers } from '../chain/deployment';
import type { RunModelVersion } from '../chain/job-models';
import type { TaggedRun } from '../chain/tag-runs';
import { take } from '../chain/take';
import { contract } from '../contract';
import { checkEvidence, evidenceLink } from './checked-evidence';
import type { ExaminedTraining } from './examine-training';
import { followFoundRun, runLink } from './follow-run';
import type { Chain, Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { Trail } from './trail';

const { limits } = contract;

/**
 * Follows data forward, to all jobs that MLflow knows to have been given it, and to what was made of their models.
 *
 * @param what the data, in words
 */
export async function givenTo(what: string, runs: AsyncIterable<TaggedRun>, trail: Trail): Promise<Chain> {
  const found = await answerOf(take(runs, limits.traceRuns));
  if (found instanceof SourceFailure) {
    return { links: [failedLink('search', what, found)], branches: [] };
  }
  const byJob = new Map<string, TaggedRun[]>();
  for (const run of found.items) {
    const job = jobOf(run, trail.sources.platform);
    byJob.set(job, [...(byJob.get(job) ?? []), run]);
  }
  const jobs = [...byJob.values()].slice(0, limits.traceJobs);
  const branches: Chain[] = [];
  for (const [first, ...more] of jobs) {
    branches.push(await usedBy(first as TaggedRun, more, trail));
  }
  const { endpoints, failures, areMore } = await trail.endpoints();
  const isCut = found.areMore || areMore || byJob.size > jobs.length;
  const search: Link = {
    kind: 'search',
    value: what,
    outcome: 'not-compared',
    problem: 'search-incomplete',
    check: `${count(found.items.length, 'run')} tagged with it in MLflow, ${count(endpoints.length, 'endpoint')} in service${isCut ? '; there are more, which were not looked at' : ''}. What is not tagged is not found: no proof that nothing else was given it`,
    sources: ['MLflow', 'SageMaker'],
  };
  return { links: [search, ...failures.map((failure) => failedLink('endpoint', 'in service', failure))], branches };
}

// a job of another platform is none of ours, though it may have the same name.
function jobOf({ id, tags }: TaggedRun, ours: string): string {
  const name = tags[contract.claimTags.trainingJobName];
  return name === undefined ? `run ${id}` : `${tags[contract.runTags.platform] ?? ours} ${name}`;
}

async function usedBy(first: TaggedRun, more: readonly TaggedRun[], trail: Trail): Promise<Chain> {
  const { links, training } = await followFoundRun(first, trail);
  if (!training) {
    const others = await Promise.all(more.map((run) => followFoundRun(run, trail)));
    return { links: [...links, ...others.flatMap((other) => other.links)], branches: [] };
  }
  const { derived } = training;
  const versions = derived && !(derived instanceof SourceFailure) ? derived.models.versions : [];
  const packages = versions.flatMap(({ tags }) => tags[contract.claimTags.modelPackageArn] ?? []);
  return {
    links: [...links, ...more.map((run) => runLink(run, training)), ...versions.flatMap(versionLinks)],
    branches: await servingOf(training, packages, trail),
  };
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

async function servingOf(training: ExaminedTraining, packages: readonly string[], trail: Trail): Promise<Chain[]> {
  const { endpoints } = await trail.endpoints();
  const chains: Chain[] = [];
  for (const endpoint of endpoints.filter((one) => serves(one, training, packages))) {
    const { about } = endpoint;
    const check = 'it is in service, with a model of this job or of its package';
    const link: Link = { kind: 'endpoint', value: about.arn, outcome: 'agrees', check, sources: ['SageMaker'] };
    const evidence = await checkEvidence(trail.sources, about.kind, about.name, about.createdAt);
    chains.push({ links: [link, evidenceLink(evidence, undefined)], branches: [] });
  }
  return chains;
}

function serves(endpoint: DescribedDeployment, { job }: ExaminedTraining, packages: readonly string[]): boolean {
  const modelUri = job && !(job instanceof SourceFailure) ? job.modelUri : undefined;
  return (
    endpoint.packages.some(({ arn }) => packages.includes(arn)) ||
    deployedContainers(endpoint).some(
      ({ data }) => modelUri !== undefined && data.kind === 'object' && data.uri === modelUri,
    )
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
