import { type PlannedJob, phaseNumber } from './plan';

/**
 * What has to come of each job, told from the plan alone. Nothing here is taken from the code that is tested, and nothing
 * of it may be imported: each kind of job is spelled out by hand.
 */
export interface Expected {
  /** the reason for which its message is parked in the end. */
  readonly parked: string | undefined;
  /** what its statements say, in their order; none: there is no evidence about it. */
  readonly statements: readonly ExpectedStatement[];
  /** what each of its runs says in the end; `untouched`: nothing of ours. */
  readonly run: ExpectedRun | 'untouched';
  /** between it and datasets in SageMaker's lineage graph: what the edge says, and the MD5 of the dataset. */
  readonly edges: readonly string[];
}

export interface ExpectedStatement {
  readonly status: 'verified' | 'recorded' | 'conflict' | 'unresolved';
  /** codes, sorted. */
  readonly reasons: readonly string[];
  /** sorted. */
  readonly notCompared: readonly string[];
  /** how many runs it names; undefined in a statement about a dataset. */
  readonly runs: number | undefined;
}

export interface ExpectedRun {
  readonly status: ExpectedStatement['status'];
  readonly assurance: 'configured' | 'attested';
  readonly dataCommit: string | undefined;
  readonly dataset: string | undefined;
  readonly dataRevision: string | undefined;
  readonly ended: 'FINISHED' | 'FAILED';
}

/**
 * What the world was like: which commits revisions lead to, and what the runs were made to say.
 */
export interface World {
  /** of a revision, before the repository was rewritten. */
  before(revision: string): { commit: string; dataset: string };
  /** of a revision that was moved, since then. */
  since(revision: string): { commit: string; dataset: string };
  readonly strangersCommit: string;
  /** how many runs the job has logged. */
  runs(job: PlannedJob): number;
}

interface Moment {
  readonly isRewritten: boolean;
  readonly isEmpty: boolean;
}

const REWRITTEN = phaseNumber('repository-rewritten');
const EMPTY = phaseNumber('mlflow-empty');
const NEVER_COMPARED = ['dataset-statement', 'file-contents', 'script-input'];

export function expect(job: PlannedJob, world: World): Expected {
  const nothing = { statements: [], run: 'untouched', edges: [] } as const;
  switch (job.kind) {
    case 'malformed':
      return { ...nothing, parked: 'malformed-message' };
    case 'deleted':
    case 'made-anew':
      return { ...nothing, parked: 'job-not-found' };
    case 'of-others':
    case 'published-nothing':
      return { ...nothing, parked: undefined };
    case 'published':
      return {
        ...nothing,
        parked: undefined,
        statements: [dataset(['file-contents', 'handover'])],
        // that it made the dataset, nobody has checked.
        edges: [edge('AssociatedWith', job, world)],
      };
    case 'maker':
      return {
        ...nothing,
        parked: undefined,
        statements: [dataset(['file-contents'])],
        edges: [edge('Produced', job, world)],
      };
    default: {
      const statements = withoutRepeats(momentsOf(job).map((moment) => training(job, moment, world)));
      // none of our jobs agrees about one dataset first and about another one later.
      const hasAgreed = statements.some(({ status }) => status === 'recorded' || status === 'verified');
      return {
        parked: job.kind === 'no-run' ? 'run-not-found' : undefined,
        statements,
        run: runIn(job, world),
        edges: hasAgreed ? [edge('ContributedTo', job, world)] : [],
      };
    }
  }
}

/**
 * When its event was worked on, each time to the end. What comes twice in one phase finds the same; what is parked for want
 * of runs is sent again once they are back.
 */
function momentsOf({ deliveries }: PlannedJob): Moment[] {
  const phases = [...new Set(deliveries)].sort((a, b) => a - b);
  return phases.flatMap((phase) => {
    const isRewritten = phase >= REWRITTEN;
    const moments = [{ isRewritten, isEmpty: false }];
    return phase === EMPTY ? [{ isRewritten, isEmpty: true }, ...moments] : moments;
  });
}

function training(job: PlannedJob, moment: Moment, world: World): ExpectedStatement {
  const { isRewritten, isEmpty } = moment;
  const runs = isEmpty ? 0 : world.runs(job);
  const unresolved = (reason: string, notCompared: readonly string[] = []): ExpectedStatement => ({
    status: 'unresolved',
    reasons: [reason],
    notCompared,
    runs,
  });
  const notCompared = notComparedOf(job, moment);
  const resolved = (...reasons: string[]): ExpectedStatement => {
    if (reasons.length > 0) {
      return { status: 'conflict', reasons: reasons.sort(), notCompared, runs };
    }
    if (runs === 0) {
      return unresolved('run-missing', notCompared);
    }
    return { status: notCompared.length > 0 ? 'recorded' : 'verified', reasons: [], notCompared, runs };
  };
  const claims = isEmpty ? [] : ['claim-differs'];
  switch (job.kind) {
    case 'unknown-revision':
      return unresolved('revision-not-found');
    case 'no-revision':
      return unresolved('revision-missing');
    case 'other-repository':
      return unresolved('repository-not-allowed');
    case 'never-pushed':
      return unresolved('listing-missing');
    case 'dropped-before':
    case 'dropped-after':
      return isRewritten ? unresolved('revision-not-found') : resolved();
    case 'branch-of-same-name':
      return resolved('branch-of-same-name');
    case 'claims-differ':
    case 'tagged-by-stranger':
      return resolved(...claims);
    case 'moved-before':
      // its run was told the commit of before, by a tag and by an input, and both stay there.
      return isRewritten ? resolved('revision-moved', ...claims, ...claims) : resolved();
    case 'moved-after':
      return resolved('revision-moved');
    default:
      return resolved();
  }
}

const SAY_SOMETHING: readonly PlannedJob['kind'][] = [
  'claims-agree',
  'claims-differ',
  'tagged-by-stranger',
  'several-runs',
  'left-running',
  'registered',
  'own-tag',
  'attested',
];

function notComparedOf({ kind }: PlannedJob, { isRewritten, isEmpty }: Moment): string[] {
  // a run that was told the commit of before the rewriting says something since then.
  const says = SAY_SOMETHING.includes(kind) || (kind === 'moved-before' && isRewritten);
  const claims = says && !isEmpty ? [] : ['run-claims'];
  switch (kind) {
    case 'attested':
      return claims;
    case 'branch-of-same-name':
      // a conflict ends the derivation before anything is told of files.
      return ['dataset-statement', ...claims, 'script-input'];
    default:
      return [...NEVER_COMPARED, ...(kind === 'claims-nothing' ? ['model-bytes'] : []), ...claims].sort();
  }
}

function runIn(job: PlannedJob, world: World): ExpectedRun | 'untouched' {
  if (job.kind === 'no-run') {
    return 'untouched';
  }
  const last = momentsOf(job).at(-1);
  if (!last) {
    throw new Error(`${job.name} is never delivered`);
  }
  const { status } = training(job, last, world);
  const revision = job.revision ?? '';
  const found = ((): { commit?: string; dataset?: string } => {
    switch (job.kind) {
      case 'unknown-revision':
      case 'no-revision':
      case 'other-repository':
      case 'never-pushed':
      case 'dropped-after':
        return {};
      case 'tagged-by-stranger':
        return { ...world.before(revision), commit: world.strangersCommit };
      case 'moved-before':
        return { ...world.since(revision), commit: world.before(revision).commit };
      case 'moved-after':
        return world.since(revision);
      default:
        return world.before(revision);
    }
  })();
  return {
    status,
    assurance: job.kind === 'attested' ? 'attested' : 'configured',
    dataCommit: found.commit,
    dataset: found.dataset,
    dataRevision: job.revision,
    ended: job.kind === 'left-running' ? 'FAILED' : 'FINISHED',
  };
}

function edge(says: string, { revision = '' }: PlannedJob, world: World): string {
  const [, md5 = ''] = world.before(revision).dataset.split('@');
  return `${says} ${md5.replace('.dir', '')}`;
}

function dataset(notCompared: readonly string[]): ExpectedStatement {
  return { status: 'recorded', reasons: [], notCompared, runs: undefined };
}

function withoutRepeats(statements: readonly ExpectedStatement[]): ExpectedStatement[] {
  const text = (statement: ExpectedStatement | undefined) => JSON.stringify(statement);
  return statements.filter((statement, index) => text(statement) !== text(statements[index - 1]));
}
