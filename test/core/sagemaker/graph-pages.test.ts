import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../../../core/contract';
import { findDatasetArtifact } from '../../../core/sagemaker/dataset-artifact';
import { trainingJobsGiven } from '../../../core/sagemaker/graph-search';
import { listRunActions } from '../../../core/sagemaker/run-actions';
import { findTrialComponent } from '../../../core/sagemaker/trial-component';

const JOB = { arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1', createdAt: '2026-01-02T03:04:05Z' };
const DATASET = { sourceUri: 's3://remote/dvc/files/md5/0c/c175', md5: '0cc175b9c0f1b6a831c399e269772661' };

const { graphPages, searchPages } = contract.limits;

test.each<[string, number, (sagemaker: SageMakerClient) => Promise<unknown>]>([
  ['trial components', graphPages, (sagemaker) => findTrialComponent(sagemaker, JOB, {})],
  ['artifacts', graphPages, (sagemaker) => findDatasetArtifact(sagemaker, DATASET, {})],
  ['artifacts, for whoever follows the graph', graphPages, (sagemaker) => trainingJobsGiven(sagemaker, DATASET).next()],
  ['actions', searchPages, (sagemaker) => listRunActions(sagemaker, JOB, {}).next()],
])('a list of %s that never ends is given up after %i pages', async (_what, most, ask) => {
  const sagemaker = new SageMakerClient({ region: 'us-east-1' });
  const send = jest.spyOn(sagemaker, 'send').mockImplementation(async () => ({ NextToken: 'more' }));
  await expect(ask(sagemaker)).rejects.toThrow(` has more than ${most} pages`);
  expect(send).toHaveBeenCalledTimes(most + 1);
});
