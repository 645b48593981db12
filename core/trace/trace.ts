import type { Assurance, Status } from '../chain/derivation';
import type { ExaminedTraining } from './examine-training';
import { commitOf } from './follow-container';
import { followData } from './follow-data';
import { followDeployment } from './follow-deployment';
import { followModel } from './follow-model';
import { followRun } from './follow-run';
import { followAlias, followVersion } from './follow-version';
import { ofDataCommit } from './given-jobs';
import { givenTo } from './given-to';
import type { Chain, Link } from './link';
import type { TraceSources } from './sources';
import { isData, type TraceSubject } from './subject';
import { datasetsOf, objectsLinks, type TracedDataset, withObjects } from './traced-data';
import { Trail } from './trail';
import { trainingLinks } from './training-links';
import { assuranceOf, statusOf } from './verdict';

/**
 * What a trace has come to.
 */
export interface Trace {
  readonly platform: string;
  readonly subject: TraceSubject;
  readonly chain: Chain;
  readonly datasets: readonly TracedDataset[];
  readonly trainings: readonly ExaminedTraining[];
  readonly status: Status;
  /** absent where no training job was come to, or one of which nothing is known. */
  readonly assurance: Assurance | undefined;
}

/**
 * Follows a subject backward to the objects of its data, and data forward to all that is known to have been given it.
 * Nothing is written.
 *
 * @param forward whether what a subject was given is then followed forward as well
 */
export async function trace(subject: TraceSubject, sources: TraceSources, forward: boolean): Promise<Trace> {
  const trail = new Trail(sources);
  const { chain: followed, named } = await follow(subject, trail);
  const trainings = trail.examined();
  const given = forward && !isData(subject) ? await followForward(trainings, trail) : [];
  const datasets = await withObjects([...named, ...(isData(subject) ? [] : trainings.flatMap(datasetsOf))], sources);
  const chain = {
    links: [...followed.links, ...datasets.flatMap(objectsLinks)],
    branches: [...followed.branches, ...given],
  };
  return {
    platform: sources.platform,
    subject,
    chain,
    datasets,
    trainings,
    status: statusOf(chain),
    assurance: assuranceOf(trail.examined()),
  };
}

interface Followed {
  readonly chain: Chain;
  readonly named: Parameters<typeof withObjects>[0];
}

async function follow(subject: TraceSubject, trail: Trail): Promise<Followed> {
  if (isData(subject)) {
    const { chain, found } = await followData(subject, trail);
    const { dataCommit } = found;
    return { chain, named: found.datasets.map((one) => ({ ...one, dataCommit, dataRepository: undefined })) };
  }
  return { chain: await followBackward(subject, trail), named: [] };
}

async function followBackward(
  subject: Exclude<TraceSubject, { kind: 'data-commit' | 'data-revision' | 'object' }>,
  trail: Trail,
): Promise<Chain> {
  switch (subject.kind) {
    case 'endpoint':
    case 'transform-job':
    case 'model-package':
      return followDeployment(subject, trail);
    case 'model':
      return followModel(subject, trail);
    case 'training-job':
      return single(trainingLinks(await trail.training(subject.name), undefined));
    case 'model-version':
      return single((await followVersion(subject, trail)).links);
    case 'model-alias':
      return single((await followAlias(subject, trail)).links);
    case 'run':
      return single((await followRun(subject.runId, trail)).links);
  }
}

function single(links: readonly Link[]): Chain {
  return { links, branches: [] };
}

async function followForward(trainings: readonly ExaminedTraining[], trail: Trail): Promise<Chain[]> {
  const chains: Chain[] = [];
  for (const commit of new Set(trainings.flatMap((training) => commitOf(training) ?? []))) {
    const ofCommit = trainings.filter((training) => commitOf(training) === commit);
    chains.push(await givenTo(ofDataCommit(commit, ofCommit.flatMap(datasetsOf), trail.sources), trail));
  }
  return chains;
}
