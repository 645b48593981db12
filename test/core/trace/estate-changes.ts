import type { DescribedDeployment } from '../../../core/chain/deployment';
import type { ConflictReason, UnresolvedReason } from '../../../core/chain/derivation';
import { deriveDeployment } from '../../../core/chain/derive-deployment';
import type { TaggedRun } from '../../../core/chain/tag-runs';
import { appendStatement } from '../../../core/evidence/append-statement';
import type { Outcome } from '../../../core/evidence/outcome';
import type { Draft } from '../../../core/evidence/statement';
import { linksOf } from '../../../core/trace/link';
import { attributed } from '../../../core/trace/source-failure';
import type { TraceSubject } from '../../../core/trace/subject';
import { trace } from '../../../core/trace/trace';
import { COMMIT } from '../chain/training-findings';
import type { MemoryStore } from '../evidence/memory-store';
import { DATASET, DERIVATION, type Estate, RUN, type Version } from './estate';

export const BACKWARD: TraceSubject[] = [
  { kind: 'endpoint', name: 'Serving' },
  { kind: 'transform-job', name: 'Transform-1' },
  { kind: 'model', name: 'model-1' },
  { kind: 'model-package', group: 'Diagnosis', version: '1' },
  { kind: 'model-version', name: 'diagnosis', version: '1' },
  { kind: 'model-alias', name: 'diagnosis', alias: 'champion' },
  { kind: 'run', runId: RUN },
  { kind: 'training-job', name: 'train-1' },
];

export async function follow({ sources }: Estate, subject: TraceSubject, forward = false) {
  const traced = await trace(subject, sources, forward);
  const links = linksOf(traced.chain);
  return { ...traced, links, problems: links.flatMap(({ problem }) => problem ?? []) };
}

export const MD5 = '0cc175b9c0f1b6a831c399e269772661';
export const COMMIT_SUBJECT: TraceSubject = { kind: 'data-commit', commit: COMMIT };
export const OBJECT: TraceSubject = { kind: 'object', bucket: 'remote', prefix: 'dvc', md5: MD5 };
export const LISTING_SUBJECT: TraceSubject = { kind: 'object', bucket: 'remote', prefix: 'dvc', md5: DATASET.md5 };
export const [ENDPOINT, TRANSFORM, MODEL, PACKAGE, VERSION, ALIAS, OF_RUN, OF_JOB] = BACKWARD as [
  TraceSubject,
  TraceSubject,
  TraceSubject,
  TraceSubject,
  TraceSubject,
  TraceSubject,
  TraceSubject,
  TraceSubject,
];

export function changeRun({ state }: Estate, change: Partial<TaggedRun>): void {
  state.runs.set(RUN, { ...(state.runs.get(RUN) as TaggedRun), ...change });
}

export function retag(found: Estate, change: Readonly<Record<string, string | undefined>>): void {
  const tags = { ...(found.state.runs.get(RUN) as TaggedRun).tags, ...change };
  const left = Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined);
  changeRun(found, { tags: Object.fromEntries(left) });
}

export function changeVersion({ state }: Estate, change: Partial<Version>): void {
  state.versions = state.versions.map((version) => ({ ...version, ...change }));
}

export function changeEndpoint({ state }: Estate, change: Partial<DescribedDeployment>): void {
  state.deployments.set('Serving', { ...(state.deployments.get('Serving') as DescribedDeployment), ...change });
}

export const fails = (source: 'sagemaker' | 'mlflow' | 'data', member: string, error: Error) => (found: Estate) => {
  Object.assign(found.sources[source], attributed(SOURCES[source], { [member]: async () => Promise.reject(error) }));
};
const SOURCES = { sagemaker: 'SageMaker', mlflow: 'MLflow', data: 'Git' } as const;

export const unreachable = new Error('connect ECONNREFUSED');
export const denied = Object.assign(new Error('no identity-based policy allows it'), { name: 'AccessDeniedException' });
export const unresolved = (reason: UnresolvedReason) => {
  const { dataCommit: _commit, datasets: _datasets, notCompared: _items, madeBy: _maker, ...common } = DERIVATION;
  return { ...common, status: 'unresolved', reason, explanation: `because of ${reason}` } as const;
};
export const conflict = (reason: ConflictReason) =>
  ({ ...DERIVATION, status: 'conflict', reason, explanation: `because of ${reason}` }) as const;

export function moveAlias({ state }: Estate): void {
  const stands = ['1', '2'];
  state.versions.push({ ...(state.versions[0] as Version), version: '2' });
  state.aliases.set('diagnosis@champion', () => stands.shift() ?? '2');
}

export function erase(store: MemoryStore, part: string): void {
  for (const key of store.keys().filter((one) => one.includes(part))) {
    store.erase(key);
  }
}

export function tamper({ store, stated }: Estate): void {
  store.replace(stated.key, (bytes) =>
    Buffer.from(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/"sig": ?"../, '"sig":"AA'),
    ),
  );
}

export function largeListing({ state }: Estate): void {
  state.derivation = { ...DERIVATION, notCompared: ['run-claims', 'listing-entries'] };
  state.listing = 'too-large';
}

export function refuseEvidence({ sources }: Estate): void {
  const reader = {
    versions: refusing(denied),
    read: async () => Promise.reject(denied),
  };
  const evidence = { ...sources.evidence, reader: attributed('evidence', reader) };
  Object.assign(sources, { evidence });
}

/** keeps one more statement about the job, with another outcome. */
export const restate =
  (outcome: Outcome) =>
  async ({ ledger, stated }: Estate) => {
    const { predicateType, predicate } = stated.statement;
    await appendStatement({ predicateType, predicate: { ...predicate, outcome } } as unknown as Draft, ledger);
  };

/** keeps one more statement about the endpoint, which knows of no training. */
export async function stateNothing({ state, ledger, at }: Estate): Promise<void> {
  const deployment = state.deployments.get('Serving') as DescribedDeployment;
  const findings = { platform: 'demo', deployment, objects: new Map(), trainings: new Map(), at, recordedBy: 'x/1' };
  await appendStatement(deriveDeployment(findings), ledger);
}

/** a list that is refused before it gives anything. */
export function refusing(error: Error) {
  // biome-ignore lint/correctness/useYield: it refuses before it gives anything.
  return async function* (): AsyncGenerator<never> {
    throw error;
  };
}
