import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { readDerivation } from '../../core/chain/read-derivation';
import { tagRuns } from '../../core/chain/tag-runs';
import { contract } from '../../core/contract';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';
import { describeEndedTrainingJob } from '../../core/sagemaker/training-job';
import { version } from '../../package.json';
import { required } from '../environment';
import { queueHandler } from '../queue-handler';

const platform = required(contract.functionEnvironment.platformName);
const app = locateMlflowApp(
  required(contract.functionEnvironment.mlflowAppArn),
  process.env[contract.jobEnvironment.mlflowEndpoint],
);
const sagemaker = new SageMakerClient();
const runs = new MlflowClient(app, sagemaker.config.credentials);
const recordedBy = `${contract.packageName}/${version}`;

/**
 * Writes a derivation on the runs of its job.
 */
export const handler = queueHandler('run-tagger', async (body, { logger }) => {
  const derivation = readDerivation(body, platform);
  const job = await describeEndedTrainingJob(sagemaker, derivation.job);
  const taggings = await tagRuns(derivation, job, runs, recordedBy);
  logger.info('runs tagged', { job: job.identity, status: derivation.status, taggings });
});
