import { take } from '../chain/take';
import { contract } from '../contract';
import { type DataFound, findCommit, findRevision } from './found-data';
import { findObject } from './found-object';
import { ofDataCommit, ofDataset } from './given-jobs';
import { givenTo } from './given-to';
import type { Chain, Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import { pathIn, type StatedDataset, statedDatasets } from './stated-datasets';
import type { DataSubject } from './subject';
import type { Trail } from './trail';

/**
 * What a trace of data leads to.
 */
export interface FollowedData {
  readonly chain: Chain;
  readonly found: DataFound;
}

/**
 * Finds data, and follows it forward to all that is known to have been given it.
 */
export async function followData(subject: DataSubject, trail: Trail): Promise<FollowedData> {
  const { sources } = trail;
  if (subject.kind === 'object') {
    const found = await findObject(subject, sources);
    const isOurs = found.links.every(({ problem }) => problem !== 'object-not-of-remote');
    const { links, branches } = isOurs ? await objectGivenTo(subject.md5, trail) : NOTHING;
    return { found, chain: { links: [...found.links, ...links], branches } };
  }
  const found =
    subject.kind === 'data-commit' ? await findCommit(subject, sources) : await findRevision(subject, sources);
  if (found.dataCommit === undefined) {
    return { found, chain: { links: found.links, branches: [] } };
  }
  const { dataCommit } = found;
  const given = await givenTo(ofDataCommit(dataCommit, found.datasets, sources), trail);
  return { found, chain: { links: [...found.links, ...given.links], branches: given.branches } };
}

const NOTHING: Chain = { links: [], branches: [] };

// an object is a dataset of its own, or a file of others, of which only the listings tell.
async function objectGivenTo(md5: string, trail: Trail): Promise<Chain> {
  const own = await givenTo(ofDataset(`the object ${md5}`, md5, trail.sources), trail);
  const links: Link[] = [...own.links];
  const branches: Chain[] = [...own.branches];
  const stated = await answerOf(take(statedDatasets(trail.sources), contract.limits.traceDatasets));
  if (stated instanceof SourceFailure) {
    return { links: [...links, failedLink('search', 'datasets', stated)], branches };
  }
  for (const dataset of stated.items) {
    const link = await containing(dataset, md5, trail);
    if (link) {
      const given =
        link.outcome === 'agrees'
          ? await givenTo(ofDataset(`the dataset ${dataset.md5}`, dataset.md5, trail.sources), trail)
          : NOTHING;
      branches.push({ links: [link, ...given.links], branches: given.branches });
    }
  }
  return { links: [...links, searchLink(stated.items.length, stated.areMore, trail)], branches };
}

async function containing(dataset: StatedDataset, md5: string, trail: Trail): Promise<Link | undefined> {
  const common = { kind: 'dataset', value: `${dataset.path}@${dataset.md5}`, sources: ['S3', 'evidence'] } as const;
  const path = await answerOf(pathIn(dataset, md5, trail.sources.data.remote));
  if (path instanceof SourceFailure) {
    return failedLink('dataset', common.value, path);
  }
  if (path === 'unreadable') {
    const check = 'its listing is missing, too large, or none, so that its files cannot be told';
    return { ...common, outcome: 'missing', problem: 'dataset-not-listed', check };
  }
  return path === undefined
    ? undefined
    : { ...common, outcome: 'agrees', check: `its listing names the object, as ${path}` };
}

function searchLink(datasets: number, areMore: boolean, { sources }: Trail): Link {
  const check = sources.evidence
    ? `the listings of ${datasets} datasets were read that the evidence names${areMore ? '; there are more' : ''}`
    : 'datasets that hold the object as a file are looked for in the evidence only: name the keys that you trust with --trust';
  return {
    kind: 'search',
    value: 'as a file of datasets',
    outcome: 'not-compared',
    problem: 'search-incomplete',
    check,
    sources: ['evidence', 'S3'],
  };
}
