import { Random } from './random';

/**
 * What is broken while the events of a phase are worked on, in the order of the phases.
 */
export const PHASES = [
  'calm',
  'mlflow-down',
  'mlflow-slow',
  'mlflow-errors',
  'sagemaker-throttled',
  'git-down',
  'token-wrong',
  'repository-rewritten',
  'evidence-refused',
  'functions-killed',
  'mlflow-empty',
  'mlflow-down-12-hours',
  'git-down-12-hours',
] as const;
export type Phase = (typeof PHASES)[number];

// of all jobs. A message is tried more than fifty times in twelve hours, and one that is answered slowly takes 20 seconds
// each time.
const SHARE: Record<Phase, number> = {
  calm: 30,
  'mlflow-down': 7,
  'mlflow-slow': 1,
  'mlflow-errors': 8,
  'sagemaker-throttled': 9,
  'git-down': 7,
  'token-wrong': 7,
  'repository-rewritten': 6,
  'evidence-refused': 8,
  'functions-killed': 10,
  'mlflow-empty': 4,
  'mlflow-down-12-hours': 1.5,
  'git-down-12-hours': 1.5,
};

/**
 * What there is about a job, which decides what has to come of it, and how many of all jobs are of this kind.
 */
export const KINDS = {
  'claims-agree': 36,
  'claims-nothing': 14,
  'claims-differ': 6,
  'tagged-by-stranger': 4,
  'several-runs': 5,
  'left-running': 4,
  registered: 5,
  'own-tag': 3,
  'no-run': 3,
  'unknown-revision': 3,
  'no-revision': 2,
  'other-repository': 2,
  'branch-of-same-name': 2,
  'never-pushed': 2,
  deleted: 2,
  'made-anew': 2,
  'of-others': 3,
  malformed: 1,
  published: 3,
  'published-nothing': 1,
  attested: 3,
} as const;

/**
 * Kinds that come of others in the plan: the maker of an attested job's data, and jobs whose revision is changed.
 */
export type Kind = keyof typeof KINDS | 'maker' | 'moved-before' | 'moved-after' | 'dropped-before' | 'dropped-after';

export interface PlannedJob {
  readonly name: string;
  readonly kind: Kind;
  /** the phase in which the job ends, by its place. */
  readonly phase: number;
  /** the phase of each delivery of its event. */
  readonly deliveries: readonly number[];
  readonly revision: string | undefined;
  /** the processing job that published what an attested job was given. */
  readonly maker?: string;
}

export interface Plan {
  readonly seed: number;
  readonly jobs: readonly PlannedJob[];
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);

/** Data revisions, by what is done to them. */
export const REVISIONS = {
  kept: numbered('kept', 20),
  branched: numbered('branched', 2),
  unpushed: numbered('unpushed', 1),
  moved: numbered('moved', 2),
  dropped: numbered('dropped', 2),
} as const;

const CHANGED_BEFORE = { moved: 'moved-before', dropped: 'dropped-before' } as const;
const CHANGED_AFTER = { moved: 'moved-after', dropped: 'dropped-after' } as const;
const LAST = PHASES.length - 1;
const MOST_DELIVERIES = 5;

interface More {
  /** phases in which the event comes again, whatever is drawn. */
  readonly forced?: readonly number[];
  readonly maker?: string;
}

export const phaseNumber = (phase: Phase) => PHASES.indexOf(phase);

/**
 * Draws jobs and the deliveries of their events; the same for the same seed and number.
 */
export function makePlan(seed: number, count: number): Plan {
  const random = new Random(seed);
  const jobs: PlannedJob[] = [];
  const name = (kind: Kind) => `${kind}-${seed}-${jobs.length}`;
  const rewritten = phaseNumber('repository-rewritten');
  const add = (kind: Kind, phase: number, revision: string | undefined, more: More = {}) => {
    const forced = more.forced ?? [];
    const deliveries = [phase, ...forced, ...drawDeliveries(random, phase, MOST_DELIVERIES - 1 - forced.length)];
    const job: PlannedJob = { name: name(kind), kind, phase, revision, deliveries, ...pickMaker(more) };
    jobs.push(job);
    return job;
  };
  for (const way of ['moved', 'dropped'] as const) {
    for (const revision of REVISIONS[way]) {
      add(CHANGED_BEFORE[way], phaseNumber('calm'), revision, { forced: [rewritten] });
      add(CHANGED_AFTER[way], rewritten, revision);
    }
  }
  // each kind and each phase at least once, however few jobs there are.
  for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    addKind(kind, phaseNumber(random.weighted(SHARE)));
  }
  for (const phase of PHASES) {
    addKind('claims-nothing', phaseNumber(phase));
  }
  while (jobs.length < count) {
    addKind(random.weighted(KINDS), phaseNumber(random.weighted(SHARE)));
  }
  return { seed, jobs };

  function addKind(kind: keyof typeof KINDS, phase: number): void {
    if (kind === 'attested') {
      const maker = add('maker', phase, random.pick(REVISIONS.kept));
      add('attested', phase, maker.revision, { maker: maker.name });
      return;
    }
    add(kind, phase, revisionOf(kind, random));
  }
}

function pickMaker({ maker }: More): Pick<PlannedJob, 'maker'> {
  return maker === undefined ? {} : { maker };
}

function revisionOf(kind: keyof typeof KINDS, random: Random): string | undefined {
  switch (kind) {
    case 'unknown-revision':
      return 'nowhere';
    case 'no-revision':
    case 'published-nothing':
    case 'malformed':
      return undefined;
    case 'branch-of-same-name':
      return random.pick(REVISIONS.branched);
    case 'never-pushed':
      return random.pick(REVISIONS.unpushed);
    default:
      return random.pick(REVISIONS.kept);
  }
}

// the first delivery is in the job's own phase; up to four more come then, or in any phase after it. Half of the events
// come once, as most do.
function drawDeliveries(random: Random, phase: number, most: number): number[] {
  const more = random.next() < 0.5 ? 0 : random.whole(1, most);
  return Array.from({ length: more }, () => (random.next() < 0.6 ? phase : random.whole(phase, LAST)));
}
