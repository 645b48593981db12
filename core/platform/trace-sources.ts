import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClaimedMaker } from '../chain/derivation';
import { deriveData } from '../chain/derive-data';
import { lookUpData } from '../chain/look-up-data';
import type { TaggedRun } from '../chain/tag-runs';
import type { PlatformAddresses } from '../cloudformation/stack-outputs';
import { contract } from '../contract';
import { parseRemoteUrl } from '../dvc/remote-layout';
import type { EvidenceReader } from '../evidence/evidence-store';
import { trustKeys } from '../evidence/public-keys';
import { readTrustedKeys } from '../evidence/read-trusted-keys';
import { allowedRepositorySource } from '../git/repository-source';
import { MlflowClient } from '../mlflow/mlflow-client';
import { locateMlflowApp } from '../mlflow/signed-request';
import { readCurrentObject } from '../s3/current-object';
import { s3EvidenceReader } from '../s3/evidence-reader';
import { s3HandoverReader } from '../s3/handover-reader';
import { readModel } from '../s3/model-reader';
import { s3RemoteReader } from '../s3/remote-reader';
import { describeMaker } from '../sagemaker/processing-job';
import { sagemakerSources } from '../sagemaker/trace-sources';
import { secretReader } from '../secrets/secret-reader';
import { statedSources } from '../trace/evidence-sources';
import { rememberingRemote } from '../trace/listed-objects';
import { answerOf, attributed, SourceFailure } from '../trace/source-failure';
import type { MlflowSources, TraceSources } from '../trace/sources';
import type { AwsAccess } from './aws-access';

const { runTags, claimTags } = contract;

/**
 * Looks chains up in MLflow, SageMaker, at the Git hosts, in S3 and in the evidence, with the rights of whoever asks.
 *
 * @param fingerprints of the public keys that the caller trusts; without any, no evidence is read
 * @param most how many objects of a dataset are told
 * @param access with whose rights, and where
 */
export async function traceSources(
  platform: PlatformAddresses,
  fingerprints: readonly string[],
  most: number,
  access: AwsAccess,
): Promise<TraceSources> {
  const sagemaker = new SageMakerClient(access);
  const s3 = new S3Client(access);
  const app = locateMlflowApp(platform.mlflowAppArn, process.env[contract.jobEnvironment.mlflowEndpoint]);
  const mlflow = new MlflowClient(app, sagemaker.config.credentials);
  const evidence = await readEvidence(platform, fingerprints, s3);
  const repository = allowedRepositorySource(
    platform.dataRepositories,
    secretReader(new SecretsManagerClient(access)),
    sagemaker.config.credentials,
  );
  const name = platform.platformName;
  const maker = attributed('SageMaker', {
    describeMaker: (claimed: ClaimedMaker) => describeMaker(sagemaker, claimed),
  });
  return {
    platform: name,
    sagemaker: attributed('SageMaker', sagemakerSources(sagemaker, homeOfPlatform(platform))),
    mlflow: attributed('MLflow', mlflowSources(mlflow)),
    data: dataSources(platform, repository, s3, most),
    training: {
      runs: attributed('MLflow', {
        getRun: (id: string) => mlflow.getRun(id),
        findRunsByTag: (key: string, value: string) => mlflow.findRunsByTag(key, value),
      }),
      models: attributed('MLflow', {
        findLoggedModels: (run: Pick<TaggedRun, 'id' | 'experimentId'>) => mlflow.findLoggedModels(run),
        findModelVersions: (ids: readonly string[]) => mlflow.findModelVersions(ids),
      }),
      ...attributed('S3', { readModel: (uri: string, since: Date) => readModel(s3, uri, since) }),
      ...statedSources(name, evidence, maker.describeMaker),
      recordedBy: contract.packageName,
      now: () => new Date(),
    },
    ...attributed('S3', { readObject: (uri: string) => readCurrentObject(s3, uri) }),
    evidence,
  };
}

/**
 * What the ARNs of a platform begin with.
 */
export function homeOfPlatform({ mlflowAppArn }: Pick<PlatformAddresses, 'mlflowAppArn'>): string {
  return mlflowAppArn.split(':').slice(0, 5).join(':');
}

function mlflowSources(mlflow: MlflowClient): MlflowSources {
  return {
    run: (runId) => mlflow.getRun(runId),
    modelVersion: (name, version) => mlflow.getModelVersion(name, version),
    aliasedVersion: (name, alias) => mlflow.getAliasedVersion(name, alias),
    versionsOfPackage: (arn) => mlflow.findVersionsByTag(claimTags.modelPackageArn, arn),
    runsOfCommit: (commit) => mlflow.findRunsByTag(runTags.dataCommit, commit),
    runsOfDataset: (md5) => mlflow.findRunsOfDataset(runTags.dataset, md5),
  };
}

function dataSources(
  { platformName, dvcRemoteUrl, dataRepositories, jobToolkit }: PlatformAddresses,
  allowed: ReturnType<typeof allowedRepositorySource>,
  s3: S3Client,
  most: number,
): TraceSources['data'] {
  const location = parseRemoteUrl(dvcRemoteUrl);
  const { remote, objectsOf } = rememberingRemote(attributed('S3', s3RemoteReader(s3, location)), location, most);
  const repository = (named: string) => {
    const found = allowed(named);
    return found && attributed('Git', found);
  };
  const handover = {
    setup: jobToolkit,
    ...attributed('S3', { readDocument: s3HandoverReader(s3) }),
  };
  return {
    repositories: dataRepositories.map(({ url }) => url),
    derive: (job) => deriveData(platformName, job, { remote, repository, handover }, new Date()),
    lookUp: (named, revision) => lookUpData(required(repository(named)), revision, { remote, repository }),
    revisionsOf: async (named, commit) => required(repository(named)).revisionsOf(commit),
    remote,
    location,
    objectsOf,
  };
}

function required<T>(repository: T | undefined): T {
  if (repository === undefined) {
    throw new Error('a data repository of the platform is none that it allows');
  }
  return repository;
}

async function readEvidence(
  { platformName, evidenceBucketName }: PlatformAddresses,
  fingerprints: readonly string[],
  s3: S3Client,
): Promise<TraceSources['evidence']> {
  if (fingerprints.length === 0) {
    return undefined;
  }
  const reader = attributed('evidence', s3EvidenceReader(s3, evidenceBucketName));
  const trusted = await answerOf(readTrustedKeys(platformName, fingerprints, reader));
  return trusted instanceof SourceFailure
    ? { reader: unreadable(trusted), trusted: trustKeys([], fingerprints) }
    : { reader, trusted };
}

// without its keys, nothing of it can be verified: whoever asks for a part learns why.
function unreadable(failure: SourceFailure): EvidenceReader {
  return {
    // biome-ignore lint/correctness/useYield: there is nothing to give.
    async *versions() {
      throw failure;
    },
    read: () => Promise.reject(failure),
  };
}
