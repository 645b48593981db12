import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import { type CensusSources, TooManyToCount } from '../../core/evidence/take-census';
import type { MlflowClient } from '../../core/mlflow/mlflow-client';
import { listJobsOfDay } from '../../core/sagemaker/jobs-of-day';

const { evidence, platform: platformTag } = contract.runTags;

/**
 * SageMaker and the MLflow App of a platform, as those who know what there was on a day.
 */
export function censusSources(
  scope: { readonly platform: string; readonly jobRoleArns: readonly string[] },
  sagemaker: SageMakerClient,
  mlflow: MlflowClient,
): CensusSources {
  return {
    jobs: (kind, day) => listJobsOfDay(sagemaker, kind, day, scope),
    async runs({ start, end }) {
      let started = 0;
      const statements: (string | undefined)[] = [];
      for await (const { tags } of mlflow.findRunsStarted(start, end)) {
        started += 1;
        if (started > contract.limits.censusRuns) {
          throw new TooManyToCount(`more than ${contract.limits.censusRuns} runs began in a day`);
        }
        if (tags[platformTag] === scope.platform) {
          statements.push(tags[evidence]);
        }
      }
      return { started, statements };
    },
    countModelVersions: ({ start, end }) => mlflow.countModelVersions(start, end),
  };
}
