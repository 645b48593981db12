import type { MlflowClient } from '../mlflow/mlflow-client';
import { type Attempt, attempt } from './attempt';
import type { Right } from './reader-policy';

const NOBODYS = 'ml-lineage-doctor';
const DEFAULT_EXPERIMENT = '0';

/**
 * Tries rights on the API of an MLflow App, which one action guards, or of a tracking server, which has one for each call.
 */
export function mlflowTries(
  mlflow: MlflowClient,
  now: Date,
): Readonly<Record<string, (right: Right) => Promise<Attempt>>> {
  const calls: Record<string, () => Promise<unknown>> = {
    'sagemaker:CallMlflowAppApi': () => mlflow.getRun(NOBODYS),
    'sagemaker-mlflow:GetModelVersion': () => mlflow.getModelVersion(NOBODYS, '1'),
    'sagemaker-mlflow:GetModelVersionByAlias': () => mlflow.getAliasedVersion(NOBODYS, NOBODYS),
    'sagemaker-mlflow:GetRun': () => mlflow.getRun(NOBODYS),
    'sagemaker-mlflow:SearchExperiments': () => mlflow.experiments(),
    'sagemaker-mlflow:SearchLoggedModels': () => mlflow.loggedModels([DEFAULT_EXPERIMENT], now, now),
    'sagemaker-mlflow:SearchModelVersions': () => mlflow.modelVersions(),
    'sagemaker-mlflow:SearchRuns': () => mlflow.runs([DEFAULT_EXPERIMENT], now, now),
  };
  return Object.fromEntries(Object.entries(calls).map(([action, call]) => [action, () => attempt(call)]));
}
