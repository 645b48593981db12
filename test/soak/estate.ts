import { join } from 'node:path';
import type { z } from 'zod';
import { ToolkitSetup } from '../../core/chain/attestation';
import type { Sandbox } from '../../sandbox/instance';
import { dataDirectory } from '../../sandbox/instance-state';
import { type AwsClients, awsClients } from '../../sandbox/walk/aws-clients';
import { DataCheckout } from '../../sandbox/walk/data-repository';
import { bootstrapAccount, deployPlatform, type PlatformOutputs } from '../../sandbox/walk/deployment';
import { type HostedRepository, hostRepository } from '../../sandbox/walk/platform-walk';
import { type DataCommit, publishRevisions } from './data-commits';

export const PLATFORM = 'soak';

/**
 * A deployed platform, and a data repository with many revisions.
 */
export interface Estate {
  readonly sandbox: Sandbox;
  readonly aws: AwsClients;
  readonly outputs: PlatformOutputs;
  readonly toolkit: z.infer<typeof ToolkitSetup>;
  /** by the address under which functions reach it. */
  readonly repository: HostedRepository;
  readonly checkout: DataCheckout;
  readonly commits: ReadonlyMap<string, DataCommit>;
}

/**
 * @param gitUrl where functions reach the Git host
 */
export async function makeEstate(sandbox: Sandbox, gitUrl: string, say: (text: string) => void): Promise<Estate> {
  const environment = sandbox.processEnvironment();
  const aws = awsClients(sandbox.environment());
  await bootstrapAccount(environment);
  const hosted = await hostRepository(sandbox, aws, `${PLATFORM}/data`);
  const repository = { ...hosted, url: hosted.url.replace(sandbox.endpoints.git, gitUrl) };
  const outputs = await deployPlatform(environment, {
    platformName: PLATFORM,
    dataRepositoryUrl: repository.url,
    dataRepositoryTokenSecretArn: repository.tokenSecretArn,
  });
  say('the platform is deployed; its data repository');
  const folder = join(dataDirectory(sandbox.directory), 'checkouts', PLATFORM);
  const checkout = new DataCheckout(folder, hosted.url, sandbox.gitToken, environment);
  await checkout.initialize(outputs.DvcRemoteUrl);
  const commits = await publishRevisions(checkout);
  const toolkit = ToolkitSetup.parse(JSON.parse(outputs.JobToolkit));
  return { sandbox, aws, outputs, toolkit, repository, checkout, commits };
}
