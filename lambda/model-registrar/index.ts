import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { registerModel } from '../../core/chain/register-model';
import { contract, pattern } from '../../core/contract';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';
import { describeTrainedJob } from '../../core/sagemaker/training-job';
import { required } from '../environment';
import { stepHandler } from '../step-handler';

const { stepValues } = contract;
const app = locateMlflowApp(
  required(contract.functionEnvironment.mlflowAppArn),
  process.env[contract.jobEnvironment.mlflowEndpoint],
);
const sagemaker = new SageMakerClient();
const registry = new MlflowClient(app, sagemaker.config.credentials);

const Input = z
  .object({
    [stepValues.trainingJobName]: z.string().regex(pattern('jobName')),
    [stepValues.registeredModelName]: z.string(),
    [stepValues.modelUri]: z.string(),
  })
  .transform((event) => ({
    jobName: event[stepValues.trainingJobName] as string,
    name: event[stepValues.registeredModelName] as string,
    modelUri: event[stepValues.modelUri] as string,
  }));

/**
 * Makes a version in MLflow's model registry of the model that a training job left, and tells the steps after it which.
 */
export const handler = stepHandler('model-registrar', Input, async ({ jobName, name, modelUri }, logger) => {
  const job = await describeTrainedJob(sagemaker, jobName);
  const registration = await registerModel(name, modelUri, job, registry);
  logger.info('model registered', { job: job.identity, name, ...registration });
  return { [stepValues.runId]: registration.runId, [stepValues.modelVersion]: registration.version };
});
