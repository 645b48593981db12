import type { DescribedDeployment } from '../../../core/chain/deployment';
import type { LoggedModel } from '../../../core/chain/job-models';
import { type RunTags, statementTags } from '../../../core/chain/run-tags';
import type { TaggedRun } from '../../../core/chain/tag-runs';
import { appendStatement } from '../../../core/evidence/append-statement';
import { readLastTrainings } from '../../../core/evidence/last-trainings';
import type { Draft } from '../../../core/evidence/statement';
import { tellValues } from '../../../core/evidence/told';
import type { MlflowPage, RegisteredVersion } from '../../../core/mlflow/mlflow-pages';
import type { Estate } from '../../../core/reconcile/estate';
import { hasChain } from '../../../core/reconcile/jobs';
import type { Page } from '../../../core/reconcile/phase';
import type { Step } from '../../../core/reconcile/step';
import { beginWalk, isInWindow, type PhaseName, type Walk, type Window } from '../../../core/reconcile/walk';
import { walkStep } from '../../../core/reconcile/walk-step';
import type { EndedJob } from '../../../core/sagemaker/ended-job';
import type { ListedDeployment, ListedJob } from '../../../core/sagemaker/listed';
import type { EndedTrainingJob } from '../../../core/sagemaker/training-job';
import { identity, job, processingJob, run } from '../chain/training-findings';
import { RemoteInMemory } from '../dvc/remote-in-memory';
import { from, trainingDraft } from '../evidence/drafts';
import { newLedger } from '../evidence/ledger';

export const SINCE = new Date('2026-01-01T00:00:00.000Z');
export const UNTIL = new Date('2026-01-10T00:00:00.000Z');

export interface PutToUse {
  readonly described: DescribedDeployment;
  readonly status: string;
  readonly changedAt: Date;
}

/** A job that SageMaker lists, and describes unless it was deleted or made anew in between. */
export interface KnownJob {
  readonly job: EndedJob;
  readonly status?: string;
  readonly isGone?: boolean;
  readonly isOfOthers?: boolean;
}

/**
 * An estate in memory, in which a test leaves gaps. Its pages are short, so that most of what is listed has several.
 */
export class EstateInMemory implements Estate {
  readonly platform = 'demo';
  readonly arnPrefix = 'arn:aws:sagemaker:us-east-1:111122223333';
  readonly jobs: KnownJob[] = [];
  readonly deployments: PutToUse[] = [];
  readonly mlflowRuns: TaggedRun[] = [];
  readonly loggedModels: LoggedModel[] = [];
  readonly versions: RegisteredVersion[] = [];
  readonly remote = new RemoteInMemory();
  readonly ledger = newLedger();
  readonly reader = this.ledger.store;
  readonly trusted = this.ledger.trusted;
  pageSize = 2;
  now = UNTIL;

  readonly scope: Estate['scope'] = {
    trainings: (name) => this.trainings(name),
    trainingJob: async (name) => {
      const known = this.jobNamed(name);
      return (
        known && {
          modelUri: 'modelUri' in known.job ? (known.job.modelUri as string) : undefined,
          endedAt: known.job.endedAt,
          ofPlatform: !known.isOfOthers,
        }
      );
    },
    isKnown: (about) => hasChain(about, this),
    isTagged: async () => false,
    now: () => this.now,
  };

  readonly pages: Estate['pages'] = {
    experiments: async (page) => this.page([...new Set(this.mlflowRuns.map(({ experimentId }) => experimentId))], page),
    runs: async (ids, start, end, page) =>
      this.page(
        this.mlflowRuns.filter(
          ({ experimentId, startedAt }) => ids.includes(experimentId) && startedAt >= start && startedAt < end,
        ),
        page,
      ),
    loggedModels: async (ids, start, end, page) =>
      this.page(
        this.loggedModels.filter(
          ({ runId, loggedAt }) =>
            ids.includes(this.runWith(runId)?.experimentId ?? '') && loggedAt >= start && loggedAt < end,
        ),
        page,
      ),
    modelVersions: async (page) =>
      this.page(
        [...this.versions].sort((a, b) => b.registeredAt.getTime() - a.registeredAt.getTime()),
        page,
      ),
  };

  readonly runs: Estate['runs'] = {
    getRun: async (id) => this.runWith(id),
    findRunsByTag: (key, value) => only(this.mlflowRuns, ({ tags }) => tags[key] === value),
  };

  readonly models: Estate['models'] = {
    findLoggedModels: ({ id }) => only(this.loggedModels, ({ runId }) => runId === id),
    findModelVersions: (ids) =>
      only(this.versions, ({ runId }) => runId !== undefined && ids.includes(runId)) as AsyncIterable<never>,
  };

  async listJobs(kind: ListedJob['kind'], window: Window, page?: string): Promise<Page<ListedJob>> {
    const listed = this.jobs
      .filter(({ job: { identity } }) => identity.kind === kind && isInWindow(new Date(identity.createdAt), window))
      .map(({ job: { identity, status, endedAt }, status: told }) => ({
        ...{ kind, arn: identity.arn, name: identity.name, createdAt: new Date(identity.createdAt) },
        ...{ status: told ?? status, endedAt },
      }));
    return this.page(listed, page);
  }

  async listDeployments(
    kind: ListedDeployment['kind'],
    window: Window,
    page?: string,
  ): Promise<Page<ListedDeployment>> {
    const listed = this.deployments
      .filter(({ described: { about } }) => about.kind === kind && isInWindow(new Date(about.createdAt), window))
      .map(({ described: { about, packages }, status, changedAt }) => ({
        ...{ kind, arn: about.arn, name: about.name, createdAt: new Date(about.createdAt), changedAt, status },
        ...(kind === 'model-package' ? { approval: packages[0]?.approval ?? null } : {}),
      }));
    return this.page(listed, page);
  }

  async endedJob({ kind, name }: ListedJob): Promise<EndedJob | undefined> {
    return this.jobNamed(name, kind)?.job;
  }

  async trainingJobNamed(name: string): Promise<EndedTrainingJob | undefined> {
    const known = this.jobNamed(name);
    return known && known.status === undefined ? (known.job as EndedTrainingJob) : undefined;
  }

  async isThere(name: string): Promise<boolean> {
    return this.jobNamed(name) !== undefined;
  }

  async isOurs({ identity: { name } }: Pick<EndedJob, 'identity'>): Promise<boolean> {
    return this.jobs.some((known) => known.job.identity.name === name && !known.isOfOthers);
  }

  async describeDeployment({ arn }: { readonly arn: string }): Promise<DescribedDeployment | undefined> {
    return this.deployments.find(({ described: { about } }) => about.arn === arn)?.described;
  }

  trainings(name: string) {
    return readLastTrainings(this.platform, name, { reader: this.reader, trusted: this.trusted });
  }

  state(draft: Draft) {
    return appendStatement(draft, this.ledger.ledger);
  }

  /** A training job of which everything is as it should be: stated, with a run that carries what is stated. */
  async addSoundJob(): Promise<RunTags> {
    this.jobs.push({ job });
    await this.state(statedTraining('one'));
    const tags = await this.soundTags();
    this.mlflowRuns.push(run('one', { tags }));
    return tags;
  }

  /** The tags that the only run of the job has. */
  async soundTags(): Promise<RunTags> {
    const [last] = await this.trainings(identity.name);
    return {
      ...run('one').tags,
      ...(last && statementTags(last)),
      'lineage.primary_run': 'one',
    };
  }

  private jobNamed(name: string, kind: ListedJob['kind'] = 'training-job'): KnownJob | undefined {
    return this.jobs.find(
      ({ job: { identity }, isGone }) => identity.name === name && identity.kind === kind && !isGone,
    );
  }

  private runWith(id: string): TaggedRun | undefined {
    return this.mlflowRuns.find((one) => one.id === id);
  }

  private page<Item>(items: readonly Item[], page: string | undefined): MlflowPage<Item> {
    const begin = Number(page ?? 0);
    const end = begin + this.pageSize;
    return { items: items.slice(begin, end), next: end < items.length ? String(end) : undefined };
  }
}

async function* only<Item>(items: readonly Item[], isMeant: (item: Item) => boolean): AsyncGenerator<Item> {
  yield* items.filter(isMeant);
}

/** A statement about the training job that names these runs. */
export function statedTraining(...runIds: string[]) {
  const nothing = tellValues({}, new Set());
  const value = runIds.map((runId) => ({ runId, parameters: nothing, metrics: nothing }));
  return trainingDraft({ runs: { value, ...from('mlflow:search-runs') } });
}

export const trainingJob = (name: string, change: Partial<EndedJob> = {}): EndedJob => ({
  ...job,
  identity: { ...identity, name, arn: identity.arn.replace('train-1', name) },
  ...change,
});

export const preparation = (name: string, change: Partial<EndedJob> = {}): EndedJob => ({
  ...processingJob,
  identity: { ...processingJob.identity, name, arn: processingJob.identity.arn.replace('prepare-1', name) },
  ...change,
});

export interface Found {
  /** each gap as one line: its kind, its subject, and whether it is fed. */
  readonly gaps: readonly string[];
  readonly messages: readonly string[];
  readonly explanations: readonly string[];
  readonly walk: Walk;
  readonly steps: number;
}

/** Walks as the function does: each step goes on from what the one before wrote into a message. */
export async function walkThrough(
  estate: Estate,
  {
    only: phase,
    isLate = () => false,
    between = () => {},
    window = { since: SINCE, until: UNTIL },
  }: {
    /** ends after this phase, and begins with it. */
    readonly only?: PhaseName;
    readonly isLate?: () => boolean;
    readonly between?: () => void;
    readonly window?: { readonly since: Date; readonly until: Date };
  } = {},
): Promise<Found> {
  let walk: Walk = beginWalk('test-1', window.since, window.until);
  walk = phase ? { ...walk, phase } : walk;
  const steps: Step[] = [];
  for (;;) {
    const step = await walkStep(walk, estate, isLate);
    steps.push(step);
    if (step.finished || (phase && step.walk.phase !== phase)) {
      const gaps = steps.flatMap((one) => one.gaps);
      return {
        gaps: gaps.map(({ kind, subject, mend }) => `${kind} ${subject} ${mend ? 'fed' : 'reported'}`),
        messages: steps.flatMap(({ messages }) => messages.map(({ queue, body }) => `${queue} ${body}`)),
        explanations: gaps.map(({ explanation }) => explanation),
        walk: step.walk,
        steps: steps.length,
      };
    }
    walk = JSON.parse(JSON.stringify(step.walk));
    between();
  }
}
