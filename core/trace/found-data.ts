import type { Dataset } from '../chain/derivation';
import type { FoundData } from '../chain/look-up-data';
import { addressOf } from '../chain/run-tags';
import { problemOfReason } from './data-links';
import type { Link, LinkSource } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';
import type { DataSubject } from './subject';

type Commit = Extract<DataSubject, { kind: 'data-commit' }>;
type Revision = Extract<DataSubject, { kind: 'data-revision' }>;

/**
 * The data that is asked for, as the Git hosts and the DVC remote have it now.
 */
export interface DataFound {
  readonly links: readonly Link[];
  readonly dataCommit: string | undefined;
  readonly datasets: readonly Dataset[];
}

/**
 * Finds a data revision in the data repositories of the platform.
 */
export async function findRevision({ revision }: Revision, { data }: TraceSources): Promise<DataFound> {
  const links: Link[] = [];
  const found: { repository: string; data: FoundData }[] = [];
  for (const repository of data.repositories) {
    const answer = await answerOf(data.lookUp(repository, revision));
    if (answer instanceof SourceFailure) {
      links.push(failedLink('data repository', repository, answer));
    } else if (answer.status !== 'unresolved' || answer.reason !== 'revision-not-found') {
      found.push({ repository, data: answer });
    }
  }
  return chosen('data revision', revision, found, links, 'no data repository of the platform has a tag of this name');
}

/**
 * Finds a data commit by the data revisions that lead to it: a Git host gives no commit away that nothing names.
 */
export async function findCommit({ commit }: Commit, { data }: TraceSources): Promise<DataFound> {
  const links: Link[] = [];
  const found: { repository: string; revision: string; data: FoundData }[] = [];
  for (const repository of data.repositories) {
    const answer = await answerOf(lookUpCommit(repository, commit, data));
    if (answer instanceof SourceFailure) {
      links.push(failedLink('data repository', repository, answer));
    } else if (answer) {
      found.push({ repository, ...answer });
    }
  }
  const gone = 'no data revision of the platform leads to it, any more or yet';
  const { links: more, datasets } = chosen('data commit', commit, found, links, gone);
  return { links: more, datasets, dataCommit: commit };
}

async function lookUpCommit(repository: string, commit: string, data: TraceSources['data']) {
  const [revision] = await data.revisionsOf(repository, commit);
  if (revision === undefined) {
    return undefined;
  }
  const found = await data.lookUp(repository, revision);
  // it may have been moved in between, and then leads to other data.
  return found.status !== 'unresolved' && found.dataCommit !== commit ? undefined : { revision, data: found };
}

function chosen(
  kind: 'data revision' | 'data commit',
  value: string,
  found: readonly { repository: string; revision?: string; data: FoundData }[],
  failures: readonly Link[],
  absent: string,
): DataFound {
  const [only, ...more] = found;
  const common = { kind, value, sources: ['Git'] as readonly LinkSource[] };
  if (!only) {
    const problem = kind === 'data commit' ? 'data-commit-not-found' : 'data-revision-not-found';
    const link: Link = { ...common, outcome: 'missing', problem, check: absent };
    return { links: [...failures, ...(failures.length > 0 ? [] : [link])], dataCommit: undefined, datasets: [] };
  }
  if (more.length > 0) {
    const check = `several data repositories have it: ${found.map(({ repository }) => repository).join(', ')}`;
    const link: Link = { ...common, outcome: 'ambiguous', problem: 'data-revision-ambiguous', check };
    return { links: [...failures, link], dataCommit: undefined, datasets: [] };
  }
  const repository: Link = {
    kind: 'data repository',
    value: only.repository,
    outcome: 'agrees',
    check: 'the platform allows it',
    sources: ['Git'],
  };
  return withLinks(only, [...failures, repository], common);
}

function withLinks(
  { revision, data }: { revision?: string; data: FoundData },
  before: readonly Link[],
  common: Pick<Link, 'kind' | 'value' | 'sources'>,
): DataFound {
  if (data.status === 'unresolved') {
    const problem = problemOfReason(data.reason, 'data-unresolved');
    const link: Link = { ...common, outcome: 'missing', problem, check: data.explanation };
    return { links: [...before, link], dataCommit: undefined, datasets: [] };
  }
  const { dataCommit, datasets } = data;
  const check =
    revision === undefined
      ? `the Git host says that it leads to ${dataCommit}`
      : `the data revision ${revision} leads to it at the Git host`;
  const conflict: Link[] =
    data.status === 'conflict'
      ? [
          {
            kind: 'conflict',
            value: data.reason,
            outcome: 'differs',
            problem: problemOfReason(data.reason, 'data-conflict'),
            check: data.explanation,
            sources: ['Git', 'S3'],
          },
        ]
      : [];
  const links = datasets.map((dataset): Link => {
    const named = 'the data commit names it, and the DVC remote has it';
    return { kind: 'dataset', value: addressOf(dataset), outcome: 'agrees', check: named, sources: ['Git', 'S3'] };
  });
  return { links: [...before, { ...common, outcome: 'agrees', check }, ...links, ...conflict], dataCommit, datasets };
}
