import type { ConflictReason, Derivation, UnresolvedReason } from '../chain/derivation';
import { addressOf, linkTags, type RunTags } from '../chain/run-tags';
import { contract } from '../contract';
import type { ResolvedData } from '../evidence/resolved-data';
import type { Link, LinkKind } from './link';
import type { TraceProblem } from './problems';

const { runTags } = contract;

const PROBLEMS: Partial<Record<UnresolvedReason | ConflictReason, TraceProblem>> = {
  'revision-not-found': 'data-revision-not-found',
  'revision-no-commit': 'data-revision-not-found',
  'object-missing': 'object-not-found',
  'listing-missing': 'object-not-found',
  'object-overwritten': 'object-overwritten',
};

/**
 * Why data could not be found, or is contradicted, for whoever asks by a program.
 */
export function problemOfReason(reason: string, otherwise: TraceProblem): TraceProblem {
  return PROBLEMS[reason as UnresolvedReason] ?? otherwise;
}

/**
 * The data of a job as it is derived anew, compared with what is tagged, if anything is.
 */
export function derivedDataLinks(derivation: Derivation, tags: RunTags | undefined): Link[] {
  const now = linkTags(derivation);
  const link = (kind: LinkKind, tag: string, check: string, ...sources: Link['sources']) =>
    comparedLink({ kind, check, sources, outcome: 'agrees', value: now[tag] ?? 'none' }, tags?.[tag]);
  const configured = [
    ...(now[runTags.dataRepository] === undefined
      ? []
      : [link('data repository', runTags.dataRepository, "the job's configuration names it", 'SageMaker')]),
    ...(now[runTags.dataRevision] === undefined
      ? []
      : [link('data revision', runTags.dataRevision, "the job's configuration names it", 'SageMaker')]),
  ];
  if (derivation.status === 'unresolved') {
    const { reason, explanation } = derivation;
    return [
      ...configured,
      {
        kind: 'data commit',
        value: tags?.[runTags.dataCommit] ?? 'none',
        outcome: 'missing',
        problem: problemOfReason(reason, 'data-unresolved'),
        check: explanation,
        sources: ['Git', 'S3'],
      },
    ];
  }
  return [
    ...configured,
    link('data commit', runTags.dataCommit, 'the data revision leads to it at the Git host', 'Git'),
    ...datasetLinks(derivation.datasets.map(addressOf), now[runTags.dataset], tags?.[runTags.dataset]),
  ];
}

/**
 * The data of a job as its evidence says, where the job itself can no longer be asked.
 */
export function statedDataLinks({ resolution, datasets }: ResolvedData): Link[] {
  const { dataRepository, dataRevision, dataCommit } = resolution.value;
  const stated: [kind: LinkKind, value: string][] = [
    ['data repository', dataRepository],
    ['data revision', dataRevision],
    ['data commit', dataCommit],
    ...datasets.map((dataset): [LinkKind, string] => ['dataset', addressOf(dataset)]),
  ];
  return stated.map(([kind, value]) => ({
    kind,
    value,
    outcome: 'not-compared',
    problem: 'data-as-stated',
    check: 'as the evidence says; the job cannot be described any more',
    sources: ['evidence'],
  }));
}

/**
 * The data of a run as its tags say, where there is nothing to compare them with.
 */
export function taggedDataLinks(tags: RunTags, why: string): Link[] {
  const tagged: [kind: LinkKind, tag: string][] = [
    ['data repository', runTags.dataRepository],
    ['data revision', runTags.dataRevision],
    ['data commit', runTags.dataCommit],
    ['dataset', runTags.dataset],
  ];
  return tagged.flatMap(([kind, tag]) =>
    (tags[tag] ?? '')
      .split('\n')
      .filter(Boolean)
      .map((value): Link => {
        const common = { outcome: 'not-compared', problem: 'tag-not-compared', sources: ['MLflow'] } as const;
        return { kind, value, check: `as tagged: ${why}`, ...common };
      }),
  );
}

function comparedLink(link: Link, tagged: string | undefined): Link {
  if (tagged === undefined) {
    return link;
  }
  const sources = [...link.sources, 'MLflow'] as const;
  return tagged === link.value
    ? { ...link, check: `${link.check}, and so does the run's tag`, sources }
    : { ...link, ...DIFFERS, value: tagged, check: `as tagged, but now ${link.check}: ${link.value}`, sources };
}

function datasetLinks(derived: readonly string[], now: string | undefined, tagged: string | undefined): Link[] {
  const common: Pick<Link, 'kind' | 'sources'> = {
    kind: 'dataset',
    sources: ['Git', 'S3', ...(tagged === undefined ? [] : (['MLflow'] as const))],
  };
  // the texts are compared first: a long list is cut in the tag, in the same way each time.
  const onRun = new Set(tagged === undefined || tagged === now ? derived : tagged.split('\n').filter(Boolean));
  const links = derived.map((value): Link => {
    return onRun.delete(value)
      ? { ...common, value, outcome: 'agrees', check: 'the data commit names it, and the DVC remote has it' }
      : { ...common, ...DIFFERS, value, check: "the data commit names it, but the run's tag does not" };
  });
  const unknown = [...onRun].map((value): Link => {
    return { ...common, ...DIFFERS, value, check: "the run's tag names it, but the data commit does not" };
  });
  return [...links, ...unknown];
}

const DIFFERS = { outcome: 'differs', problem: 'tag-differs' } as const;
