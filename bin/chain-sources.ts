import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { deriveData, type Sources } from '../core/chain/derive-data';
import type { ChainSources } from '../core/chain/follow-chain';
import type { TaggedRun } from '../core/chain/tag-runs';
import { contract, pattern } from '../core/contract';
import { CannotSucceed } from '../core/delivery/failures';
import type { MlflowClient } from '../core/mlflow/mlflow-client';
import { describeEndedTrainingJob } from '../core/sagemaker/training-job';

/**
 * Looks a chain up in MLflow, SageMaker, at the Git host and in the DVC remote, with the rights of whoever asks.
 */
export function chainSources(mlflow: MlflowClient, sagemaker: SageMakerClient, derivation: Sources): ChainSources {
  return {
    modelVersion: (name, version) => mlflow.getModelVersion(name, version),
    run: (runId) => mlflow.getRun(runId),
    async deriveAgain({ tags }: TaggedRun) {
      const name = tags[contract.claimTags.trainingJobName] ?? '';
      const arn = tags[contract.runTags.trainingJobArn] ?? '';
      const platform = tags[contract.runTags.platform] ?? '';
      if (!pattern('jobName').test(name) || !pattern('trainingJobArn').test(arn)) {
        return { impossible: 'the run does not name its training job' };
      }
      try {
        const job = await describeEndedTrainingJob(sagemaker, { kind: 'training-job', arn, name });
        return await deriveData(platform, job, derivation, new Date());
      } catch (error) {
        if (error instanceof CannotSucceed) {
          return { impossible: error.message };
        }
        throw error;
      }
    },
  };
}
