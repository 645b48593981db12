import { contract } from '../contract';
import type { Derivation, Status } from './derivation';
import { addressOf, linkTags } from './run-tags';
import type { TaggedRun } from './tag-runs';

/**
 * What a link was found to be when it was looked at again.
 */
export type LinkOutcome = 'agrees' | 'differs' | 'not-compared' | 'missing';

/**
 * One link of a chain, and how it was checked.
 */
export interface Link {
  readonly kind: string;
  readonly value: string;
  readonly outcome: LinkOutcome;
  readonly check: string;
}

/**
 * A chain from a model version or a run down to its datasets.
 */
export interface Chain {
  readonly links: readonly Link[];
  /** what a derivation says that was made anew for this question; absent where there was none to make. */
  readonly derivation: Derivation | undefined;
  readonly run: TaggedRun | undefined;
}

/**
 * Where a chain begins: a version in MLflow's model registry, or a run.
 */
export type ChainSubject =
  | { readonly kind: 'model-version'; readonly name: string; readonly version: string }
  | { readonly kind: 'run'; readonly runId: string };

export interface ModelVersion {
  /** the run that the version was registered from, where one is named. */
  readonly runId: string | undefined;
  readonly registeredAt: Date;
}

/**
 * Where a chain is looked up. Nothing is written.
 */
export interface ChainSources {
  modelVersion(name: string, version: string): Promise<ModelVersion | undefined>;
  run(runId: string): Promise<TaggedRun | undefined>;
  /** Derives the run's job anew, or says why that cannot be. */
  deriveAgain(run: TaggedRun): Promise<Derivation | { readonly impossible: string }>;
}

const { runTags } = contract;

/**
 * Follows a chain link by link, and compares what was written on the run with a derivation made anew.
 */
export async function followChain(subject: ChainSubject, sources: ChainSources): Promise<Chain> {
  const links: Link[] = [];
  const runId = subject.kind === 'run' ? subject.runId : await followModelVersion(subject, sources, links);
  const run = runId === undefined ? undefined : await sources.run(runId);
  if (runId === undefined || !run) {
    if (runId !== undefined) {
      links.push({ kind: 'run', value: runId, outcome: 'missing', check: 'MLflow has no such run' });
    }
    return { links, derivation: undefined, run: undefined };
  }
  const recordedBy = run.tags[runTags.recordedBy];
  if (run.tags[runTags.status] === undefined || recordedBy === undefined) {
    links.push({
      kind: 'run',
      value: run.id,
      outcome: 'missing',
      check: 'it has no lineage: nothing has been derived for it yet, or it is no run of a training job',
    });
    return { links, derivation: undefined, run };
  }
  links.push({
    kind: 'run',
    value: run.id,
    outcome: 'agrees',
    check: `MLflow has it as ${run.status}, tagged by ${recordedBy}`,
  });
  const again = await sources.deriveAgain(run);
  if ('impossible' in again) {
    links.push(...asTagged(run, again.impossible));
    return { links, derivation: undefined, run };
  }
  links.push(...compared(run, again));
  return { links, derivation: again, run };
}

/**
 * The worst of what a run says of itself and what its links were found to be. No text on a run is ever a pass.
 */
export function statusOf({ links, derivation, run }: Chain): Status {
  const tagged = run?.tags[runTags.status];
  if (links.some(({ outcome }) => outcome === 'differs') || tagged === 'conflict') {
    return 'conflict';
  }
  const broken = links.some(({ outcome }) => outcome === 'missing') || derivation === undefined;
  return broken || tagged === 'unresolved' ? 'unresolved' : derivation.status;
}

async function followModelVersion(
  { name, version }: Extract<ChainSubject, { kind: 'model-version' }>,
  sources: ChainSources,
  links: Link[],
): Promise<string | undefined> {
  const value = `${name} version ${version}`;
  const found = await sources.modelVersion(name, version);
  const problem = !found
    ? "MLflow's registry has no such version"
    : found.runId === undefined
      ? "MLflow's registry names no run for it"
      : undefined;
  links.push({
    kind: 'model version',
    value,
    outcome: problem ? 'missing' : 'agrees',
    check: problem ?? `MLflow's registry names its run, since ${found?.registeredAt.toISOString()}`,
  });
  return found?.runId;
}

// what the tags say, where there is nothing to compare them with.
function asTagged(run: TaggedRun, why: string): Link[] {
  const tagged: [kind: string, tag: string][] = [
    ['training job', runTags.trainingJobArn],
    ['data repository', runTags.dataRepository],
    ['data revision', runTags.dataRevision],
    ['data commit', runTags.dataCommit],
    ['dataset', runTags.dataset],
  ];
  return tagged.flatMap(([kind, tag]) =>
    (run.tags[tag] ?? '')
      .split('\n')
      .filter(Boolean)
      .map((value) => ({ kind, value, outcome: 'not-compared', check: `as tagged: ${why}` }) as const),
  );
}

function compared(run: TaggedRun, derivation: Derivation): Link[] {
  const now = linkTags(derivation);
  const link = (kind: string, tag: string, how: string): Link => {
    const [tagged, derived] = [run.tags[tag], now[tag]];
    if (tagged === derived) {
      return derived === undefined
        ? { kind, value: 'none', outcome: 'missing', check: explanationOf(derivation) }
        : { kind, value: derived, outcome: 'agrees', check: how };
    }
    const found = derived === undefined ? explanationOf(derivation) : `${how}: ${derived}`;
    return { kind, value: tagged ?? 'none', outcome: 'differs', check: `as tagged, but now ${found}` };
  };
  const links = [
    link('training job', runTags.trainingJobArn, `SageMaker describes it, made at ${derivation.job.createdAt}`),
    link('data repository', runTags.dataRepository, "the job's configuration names it"),
    link('data revision', runTags.dataRevision, "the job's configuration names it"),
    link('data commit', runTags.dataCommit, 'the data revision leads to it at the Git host'),
  ];
  if (derivation.status === 'unresolved') {
    return links;
  }
  links.push(...comparedDatasets(run.tags[runTags.dataset], now[runTags.dataset], derivation.datasets.map(addressOf)));
  if (derivation.status === 'conflict') {
    links.push({ kind: 'conflict', value: derivation.reason, outcome: 'differs', check: derivation.explanation });
  }
  return links;
}

function comparedDatasets(tagged: string | undefined, now: string | undefined, derived: readonly string[]): Link[] {
  // the texts are compared first: a long list is cut in the tag, in the same way each time.
  const onRun = new Set(tagged === now ? derived : (tagged ?? '').split('\n').filter(Boolean));
  const links = derived.map((value): Link => {
    const known = onRun.delete(value);
    return {
      kind: 'dataset',
      value,
      outcome: known ? 'agrees' : 'differs',
      check: `the data commit names it, ${known ? 'and the DVC remote has it' : 'but the run does not'}`,
    };
  });
  const unknown = [...onRun].map((value): Link => {
    return { kind: 'dataset', value, outcome: 'differs', check: 'the run names it, but the data commit does not' };
  });
  return [...links, ...unknown];
}

function explanationOf(derivation: Derivation): string {
  return 'explanation' in derivation ? derivation.explanation : 'the derivation names none';
}
