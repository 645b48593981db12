import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../core/contract';
import { parseRemoteUrl } from '../core/dvc/remote-layout';
import { readTrustedKeys } from '../core/evidence/read-trusted-keys';
import { pace } from '../core/http/pace';
import { rateLimit } from '../core/http/rate-limit';
import { kmsSigner } from '../core/kms/kms-signer';
import { MlflowClient } from '../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../core/mlflow/signed-request';
import type { EstateParts } from '../core/reconcile/open-estate';
import { s3EvidenceReader } from '../core/s3/evidence-reader';
import { s3RemoteReader } from '../core/s3/remote-reader';
import type { WalkAddresses } from './walk-addresses';

/**
 * Looks an estate up with the rights of whoever asks, with so many requests a second to SageMaker, and to MLflow as many.
 */
export async function estateParts(addresses: WalkAddresses, requestsPerSecond: number): Promise<EstateParts> {
  const { platform, jobRoleArns, mlflowAppArn, dvcRemoteUrl, evidenceBucketName, signingKeyArn } = addresses;
  const sagemaker = new SageMakerClient({ retryMode: 'adaptive' });
  const takeTurn = pace(requestsPerSecond);
  sagemaker.middlewareStack.add(
    (next) => async (request) => {
      await takeTurn();
      return next(request);
    },
    { step: 'finalizeRequest', name: 'takeTurn' },
  );
  const takeMlflowTurn = pace(requestsPerSecond);
  const limited = rateLimit();
  const app = locateMlflowApp(mlflowAppArn, process.env[contract.jobEnvironment.mlflowEndpoint]);
  const s3 = new S3Client();
  const reader = s3EvidenceReader(s3, evidenceBucketName);
  // whoever may feed a platform trusts it: of the signer only its public key is asked for.
  const { keyid } = await kmsSigner(new KMS(), signingKeyArn);
  return {
    ...{ platform, jobRoleArns, mlflowAppArn, sagemaker, reader },
    mlflow: new MlflowClient(app, sagemaker.config.credentials, async (request) => {
      await takeMlflowTurn();
      return limited(request);
    }),
    trusted: await readTrustedKeys(platform, [keyid, ...addresses.previousKeyFingerprints], reader),
    remote: s3RemoteReader(s3, parseRemoteUrl(dvcRemoteUrl)),
  };
}
