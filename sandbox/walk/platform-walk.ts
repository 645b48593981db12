import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { contract } from '../../core/contract';
import type { Run } from '../../core/mlflow/mlflow-client';
import type { Sandbox } from '../instance';
import { dataDirectory } from '../instance-state';
import { projectRoot } from '../project-paths';
import { type AwsClients, awsClients } from './aws-clients';
import { DataCheckout } from './data-repository';
import { deployPlatform, type PlatformContext, type PlatformOutputs } from './deployment';
import { eventually } from './eventually';

export const TRAIN_SCRIPT = join(projectRoot, 'examples', 'by-hand', 'train.py');

/**
 * A data repository at the sandbox's Git host, with the secret that holds its token.
 */
export interface HostedRepository {
  readonly url: string;
  readonly tokenSecretArn: string;
}

export async function hostRepository(sandbox: Sandbox, aws: AwsClients, name: string): Promise<HostedRepository> {
  const url = await createRepository(sandbox, name);
  const { ARN } = await aws.secretsManager.send(
    new CreateSecretCommand({ Name: `git-token-${name.replace('/', '-')}`, SecretString: sandbox.gitToken }),
  );
  if (!ARN) {
    throw new Error('Secrets Manager made a secret without an ARN');
  }
  return { url, tokenSecretArn: ARN };
}

/**
 * Makes an empty repository at the sandbox's Git host.
 *
 * @returns its URL
 */
export async function createRepository(sandbox: Sandbox, name: string): Promise<string> {
  const response = await fetch(`${sandbox.endpoints.git}/_sandbox/repositories`, {
    method: 'POST',
    body: JSON.stringify({ name }),
  });
  if (!response.ok) {
    throw new Error(`the Git host does not make ${name}: ${await response.text()}`);
  }
  return `${sandbox.endpoints.git}/${name}.git`;
}

/**
 * A deployed platform with what its users need: clients, a data repository and a checkout of it.
 */
export interface Walk {
  readonly aws: AwsClients;
  readonly platformName: string;
  readonly repository: HostedRepository;
  readonly outputs: PlatformOutputs;
  readonly checkout: DataCheckout;
}

/**
 * Deploys a platform for a new data repository. The account has to be bootstrapped.
 */
export async function deployWalk(
  sandbox: Sandbox,
  platformName: string,
  operations: Pick<PlatformContext, 'alarmTopicArn'> = {},
): Promise<Walk> {
  const aws = awsClients(sandbox.environment());
  const repository = await hostRepository(sandbox, aws, `${platformName}/data`);
  const environment = sandbox.processEnvironment();
  const outputs = await deployPlatform(environment, {
    platformName,
    dataRepositoryUrl: repository.url,
    dataRepositoryTokenSecretArn: repository.tokenSecretArn,
    ...operations,
  });
  const folder = join(dataDirectory(sandbox.directory), 'checkouts', platformName);
  const checkout = new DataCheckout(folder, repository.url, sandbox.gitToken, environment);
  await checkout.initialize(outputs.DvcRemoteUrl);
  return { aws, platformName, repository, outputs, checkout };
}

/**
 * The environment with which a job is told its data.
 */
export function jobEnvironment({ repository, outputs }: Walk, revision: string): Record<string, string> {
  const names = contract.jobEnvironment;
  return {
    [names.dataRepositoryUrl]: repository.url,
    [names.dataRepositoryTokenSecretArn]: repository.tokenSecretArn,
    [names.dataRevision]: revision,
    [names.mlflowTrackingUri]: outputs.MlflowAppArn,
    [names.mlflowExperimentName]: 'demo',
  };
}

/**
 * What it takes to look at the runs of a platform.
 */
export interface Logging {
  readonly aws: AwsClients;
  readonly outputs: { readonly MlflowAppArn: string };
}

/**
 * The runs that a job has logged, whether or not they have been tagged.
 */
export function runsOf({ aws, outputs }: Logging, jobName: string): Promise<Run[]> {
  return collect(aws.mlflow(outputs.MlflowAppArn).findRunsByTag(contract.claimTags.trainingJobName, jobName));
}

/**
 * The models that name a run as their source, whether or not they have been tagged.
 */
export async function modelsOf({ aws, outputs }: Logging, run: Run) {
  const mlflow = aws.mlflow(outputs.MlflowAppArn);
  const [loggedModels, versions] = await Promise.all([
    collect(mlflow.findLoggedModels(run)),
    collect(mlflow.findModelVersions([run.id])),
  ]);
  return { loggedModels, versions };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}

/**
 * Waits until all runs of a job are tagged.
 *
 * @returns the one that stands for the job
 */
export async function waitForTaggedRun(walk: Logging, jobName: string, seconds = 60): Promise<Run> {
  return eventually(`a lineage status on the runs of ${jobName}`, seconds, async () => {
    const runs = await runsOf(walk, jobName);
    return runs.every(({ tags }) => contract.runTags.status in tags)
      ? runs.find(({ id, tags }) => tags[contract.runTags.primaryRun] === id)
      : undefined;
  });
}
