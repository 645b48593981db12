import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Chain, type ChainSubject, followChain } from '../core/chain/follow-chain';
import { contract } from '../core/contract';
import { parseRemoteUrl } from '../core/dvc/remote-layout';
import { allowedRepositorySource } from '../core/git/repository-source';
import { MlflowClient } from '../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../core/mlflow/signed-request';
import { s3HandoverReader } from '../core/s3/handover-reader';
import { s3RemoteReader } from '../core/s3/remote-reader';
import { secretReader } from '../core/secrets/secret-reader';
import { chainSources } from './chain-sources';
import { type DatasetObjects, readDatasetObjects } from './dataset-objects';
import type { PlatformAddresses } from './stack-outputs';

export interface Trace {
  readonly chain: Chain;
  readonly objects: readonly DatasetObjects[];
}

/**
 * Follows a chain down to the objects, and checks each link on the way.
 */
export async function trace(subject: ChainSubject, platform: PlatformAddresses): Promise<Trace> {
  const sagemaker = new SageMakerClient();
  const app = locateMlflowApp(platform.mlflowAppArn, process.env[contract.jobEnvironment.mlflowEndpoint]);
  const location = parseRemoteUrl(platform.dvcRemoteUrl);
  const s3 = new S3Client();
  const remote = s3RemoteReader(s3, location);
  const sources = chainSources(new MlflowClient(app, sagemaker.config.credentials), sagemaker, {
    remote,
    repository: allowedRepositorySource(
      platform.dataRepositories,
      secretReader(new SecretsManagerClient()),
      sagemaker.config.credentials,
    ),
    handover: { setup: platform.jobToolkit, readDocument: s3HandoverReader(s3) },
  });
  const chain = await followChain(subject, sources);
  const { derivation } = chain;
  const datasets = derivation && derivation.status !== 'unresolved' ? derivation.datasets : [];
  const objects = await Promise.all(datasets.map((dataset) => readDatasetObjects(dataset, remote, location)));
  return { chain, objects: objects.filter((item) => item !== undefined) };
}
