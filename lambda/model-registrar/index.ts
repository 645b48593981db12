import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { registerModel } from '../../core/chain/register-model';
import { contract, pattern } from '../../core/contract';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';
import { trainingJobEvent } from '../../core/sagemaker/job-event';
import { describeTrainedJob } from '../../core/sagemaker/training-job';
import { required } from '../environment';
import { stepHandler } from '../step-handler';

const { stepValues } = contract;
const app = locateMlflowApp(
  required(contract.functionEnvironment.mlflowAppArn),
  process.env[contract.jobEnvironment.mlflowEndpoint],
);
const derivationQueueUrl = required(contract.functionEnvironment.derivationQueueUrl);
const sagemaker = new SageMakerClient();
const sqs = new SQSClient();
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
 * Makes a version in MLflow's model registry of the model that a training job left, tells the steps after it which, and has
 * the job looked at again: the run-tagger may have been there before the version was.
 */
export const handler = stepHandler('model-registrar', Input, async ({ jobName, name, modelUri }, logger) => {
  const job = await describeTrainedJob(sagemaker, jobName);
  const registration = await registerModel(name, modelUri, job, registry);
  // also where the version was there before: an attempt that failed here has left one.
  await sqs.send(new SendMessageCommand({ QueueUrl: derivationQueueUrl, MessageBody: trainingJobEvent(job.identity) }));
  logger.info('model registered', { job: job.identity, name, ...registration });
  return { [stepValues.runId]: registration.runId, [stepValues.modelVersion]: registration.version };
});
