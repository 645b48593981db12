import { isDeepStrictEqual } from 'node:util';
import { deploymentScope, StatementMayStillCome } from '../chain/deployment-scope';
import { jobOfModelUri } from '../chain/model-address';
import { readLastStatement } from '../evidence/chain-ends';
import { chainOf, parseStatementKey } from '../evidence/chain-key';
import { listChain } from '../evidence/chain-listing';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import type { StoredStatement } from '../evidence/verify-chain';
import { deploymentEvent, type NamedDeployment } from '../sagemaker/deployment-event';
import type { ListedDeployment } from '../sagemaker/listed';
import type { Estate } from './estate';
import { type Finding, gapOf, OF_OTHERS, SOUND } from './gap';
import type { Phase } from './phase';
import { isTooRecent, type Window } from './walk';

/**
 * What puts models to use and is not stated, or is stated otherwise than it is now.
 */
export const transformJobs = deploymentsOf('transform-job', ['Completed', 'Failed', 'Stopped', 'InProgress']);
export const endpoints = deploymentsOf('endpoint', ['InService', 'OutOfService', 'UpdateRollbackFailed']);
export const modelPackages = deploymentsOf('model-package', ['Completed']);

function deploymentsOf(kind: NamedDeployment['kind'], atRest: readonly string[]): Phase<ListedDeployment> {
  return {
    list: (walk, estate) => estate.listDeployments(kind, walk, walk.page),
    key: ({ arn }) => arn,
    look: async (listed, walk, estate) =>
      atRest.includes(listed.status) && !isTooRecent(listed.changedAt, walk)
        ? lookAtDeployment(listed, walk, estate)
        : OF_OTHERS,
  };
}

async function lookAtDeployment(listed: ListedDeployment, window: Window, estate: Estate): Promise<Finding> {
  const { kind, arn, name, createdAt } = listed;
  const named: NamedDeployment = kind === 'model-package' ? { kind, arn } : { kind, arn, name };
  const mend = { queue: 'changes', body: deploymentEvent(named) } as const;
  const chain = chainOf(estate.platform, { kind, arn, name, createdAt: createdAt.toISOString() });
  const last = await readLastStatement(chain, estate);
  if (!last) {
    return (await isOfPlatform(named, estate))
      ? gapOf(
          'deployment-without-statement',
          arn,
          'it puts a model of the platform to use, and nothing is stated of it',
          mend,
        )
      : OF_OTHERS;
  }
  if (isTooRecent(last.storedAt, window)) {
    return SOUND;
  }
  if (await wasChanged(listed, named, last, estate)) {
    return gapOf('deployment-changed', arn, `it is not what ${last.key} says any more`, mend);
  }
  const newer = await newerTraining(last, window, estate);
  return newer === undefined
    ? SOUND
    : gapOf(
        'deployment-behind',
        arn,
        `${last.key} does not go by what is stated last of a training job: ${newer}`,
        mend,
      );
}

async function isOfPlatform(named: NamedDeployment, estate: Estate): Promise<boolean> {
  const deployment = await estate.describeDeployment(named);
  if (!deployment) {
    return false;
  }
  try {
    return (await deploymentScope(deployment, estate.scope)).isOurs;
  } catch (error) {
    if (error instanceof StatementMayStillCome) {
      return false;
    }
    throw error;
  }
}

async function wasChanged(
  { kind, changedAt, approval }: ListedDeployment,
  named: NamedDeployment,
  last: StoredStatement,
  estate: Estate,
): Promise<boolean> {
  const stated = deploymentOf(last);
  if (kind === 'model-package') {
    return stated.packages[0]?.value.approval !== approval;
  }
  // the capacity of an endpoint changes this time as well.
  if (changedAt <= last.storedAt) {
    return false;
  }
  const now = await estate.describeDeployment(named);
  return (
    now !== undefined &&
    !isDeepStrictEqual(
      [now.endpointConfig, sorted(now.variants.map(({ name, modelArn }) => `${name} ${modelArn}`))],
      [
        stated.endpointConfig?.value ?? null,
        sorted(stated.variants.map(({ value: { name, modelArn } }) => `${name} ${modelArn}`)),
      ],
    )
  );
}

/** The key of a statement about a training job that the last one about a deployment should have cited. */
async function newerTraining(last: StoredStatement, window: Window, estate: Estate): Promise<string | undefined> {
  for (const { value } of deploymentOf(last).models) {
    const { trainingStatement, artifact } = value;
    if (trainingStatement) {
      const cited = parseStatementKey(trainingStatement.key);
      const listed = cited && (await listChain(cited.chain, estate.reader)).statements.at(-1);
      if (listed && listed.sequence > cited.sequence && !isTooRecent(listed.version.storedAt, window)) {
        return listed.version.key;
      }
    } else if (artifact) {
      // what was made of a model before its training was stated.
      const job = jobOfModelUri(`s3://${artifact.object.bucket}/${artifact.object.key}`);
      const stated = job === undefined ? [] : await estate.trainings(job);
      const same = stated.find(
        ({ statement: { predicate } }) =>
          predicate.model?.value.sha256 === artifact.sha256 &&
          predicate.model.value.object.versionId === artifact.object.versionId &&
          !isTooRecent(new Date(predicate.recordedAt), window),
      );
      if (same) {
        return same.key;
      }
    }
  }
  return undefined;
}

function deploymentOf({ key, statement }: StoredStatement) {
  if (statement.predicateType !== PREDICATE_TYPES.deployment) {
    throw new Error(`${key} is a statement of the kind ${statement.predicateType}, not about a deployment`);
  }
  return statement.predicate;
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}
