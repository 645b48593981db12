import type { ExaminedTraining } from './examine-training';
import { type FollowedRun, followRun } from './follow-run';
import type { Link, LinkKind } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { RegisteredVersion } from './sources';
import type { TraceSubject } from './subject';
import type { Trail } from './trail';

type Version = Extract<TraceSubject, { kind: 'model-version' }>;
type Alias = Extract<TraceSubject, { kind: 'model-alias' }>;

/**
 * Follows a version of MLflow's model registry to its run.
 */
export async function followVersion({ name, version }: Version, trail: Trail): Promise<FollowedRun> {
  const value = `${name} version ${version}`;
  const found = await answerOf(trail.sources.mlflow.modelVersion(name, version));
  if (found instanceof SourceFailure) {
    return alone(failedLink('model version', value, found));
  }
  if (!found) {
    const check = "MLflow's registry has no such version";
    return alone(missing('model version', value, 'model-version-not-found', check));
  }
  return followRegistered(found, trail);
}

/**
 * Follows a version that was found to its run.
 */
export async function followRegistered(found: RegisteredVersion, trail: Trail): Promise<FollowedRun> {
  const value = `${found.name} version ${found.version}`;
  if (found.runId === undefined) {
    const check = "MLflow's registry names no run for it";
    return alone(missing('model version', value, 'model-version-without-run', check));
  }
  const { links, training } = await followRun(found.runId, trail);
  return { links: [versionLink(found, value, training), ...links], training };
}

/**
 * Follows an alias of a registered model to the version that it stands for now.
 */
export async function followAlias({ name, alias }: Alias, trail: Trail): Promise<FollowedRun> {
  const value = `${name}@${alias}`;
  const { mlflow } = trail.sources;
  const found = await answerOf(mlflow.aliasedVersion(name, alias));
  if (found instanceof SourceFailure) {
    return alone(failedLink('model alias', value, found));
  }
  if (!found) {
    return alone(missing('model alias', value, 'alias-not-found', "MLflow's registry has no such alias"));
  }
  const { links, training } = await followRegistered(found, trail);
  // whoever asks wants one answer for one version: what moved meanwhile has two.
  const after = await answerOf(mlflow.aliasedVersion(name, alias));
  return { links: [aliasLink(value, found, after), ...links], training };
}

function aliasLink(
  value: string,
  found: RegisteredVersion,
  after: RegisteredVersion | SourceFailure | undefined,
): Link {
  if (after instanceof SourceFailure) {
    return failedLink('model alias', value, after);
  }
  const common = { kind: 'model alias', value, sources: ['MLflow'] } as const;
  return after?.version === found.version
    ? {
        ...common,
        outcome: 'agrees',
        check: `it stands for version ${found.version} now; for which ones it stood before, MLflow does not keep`,
      }
    : {
        ...common,
        outcome: 'ambiguous',
        problem: 'alias-moved',
        check: `it stood for version ${found.version}, and while the chain was followed it was moved to ${after?.version ?? 'none'}`,
      };
}

// the registry takes any run together with any bytes.
function versionLink(found: RegisteredVersion, value: string, training: ExaminedTraining | undefined): Link {
  const common = { kind: 'model version', value, sources: ['MLflow'] } as const;
  const derived = training?.derived;
  if (!derived || derived instanceof SourceFailure) {
    const check = 'the registry names its run; whether its bytes are from there could not be compared';
    return { ...common, outcome: 'not-compared', problem: 'model-version-not-compared', check };
  }
  const { versions, areMore } = derived.models;
  if (versions.some(({ name, version }) => name === found.name && version === found.version)) {
    const check = `the registry names its run, and a source that the run has, since ${found.registeredAt.toISOString()}`;
    return { ...common, outcome: 'agrees', check };
  }
  const check = areMore
    ? 'the registry names its run, of which more models were registered than are looked at'
    : 'the registry names a run, and a source that is not what the run or its job has made';
  return { ...common, outcome: 'missing', problem: 'model-version-unproven', check };
}

function missing(kind: LinkKind, value: string, problem: Link['problem'] & string, check: string): Link {
  return { kind, value, outcome: 'missing', problem, check, sources: ['MLflow'] };
}

function alone(...links: Link[]): FollowedRun {
  return { links, training: undefined };
}
