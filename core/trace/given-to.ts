import { usedBy } from './given-job';
import { findGivenJobs, type GivenJobs, type SoughtData } from './given-jobs';
import type { Chain, Link } from './link';
import { failedLink, SourceFailure } from './source-failure';
import type { Trail } from './trail';

/**
 * Follows data forward, to all jobs that MLflow or SageMaker's lineage graph knows to have been given it, and to what was
 * made of their models.
 */
export async function givenTo(sought: SoughtData, trail: Trail): Promise<Chain> {
  const found = await findGivenJobs(sought, trail.sources);
  const branches: Chain[] = [];
  for (const job of found.jobs) {
    branches.push(await usedBy(job, sought, found, trail));
  }
  const failures = [found.tagged, found.drawn].filter((one) => one instanceof SourceFailure);
  return {
    links: [
      ...failures.map((failure) => failedLink('search', sought.what, failure)),
      ...(failures.length < 2 ? await searchLinks(sought, found, trail) : []),
    ],
    branches,
  };
}

async function searchLinks({ what }: SoughtData, found: GivenJobs, trail: Trail): Promise<Link[]> {
  const { endpoints, failures, areMore } = await trail.endpoints();
  const packages = await trail.packages();
  const isCut = found.areMore || areMore || packages.areMore;
  const looked = [
    ...(found.tagged instanceof SourceFailure ? [] : [`${count(found.tagged, 'run')} tagged with it in MLflow`]),
    ...(found.drawn instanceof SourceFailure
      ? []
      : [`${count(found.drawn, 'training job')} that SageMaker's lineage graph leads to`]),
    `${count(endpoints.length, 'endpoint')} in service`,
    trail.sources.evidence
      ? `${count(packages.count, 'model package')} in the evidence`
      : 'model packages are looked for in the evidence only: name the keys that you trust with --trust',
  ];
  const search: Link = {
    kind: 'search',
    value: what,
    outcome: 'not-compared',
    problem: 'search-incomplete',
    check: `${looked.join(', ')}${isCut ? '; there are more, which were not looked at' : ''}. What is neither tagged nor drawn is not found: no proof that nothing else was given it`,
    sources: ['MLflow', 'SageMaker', 'evidence'],
  };
  return [
    search,
    ...failures.map((failure) => failedLink('endpoint', 'in service', failure)),
    ...packages.failures.map((failure) => failedLink('model package', 'in the evidence', failure)),
  ];
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
