import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { readDerivation } from '../../core/chain/read-derivation';
import { type DatasetRecorder, recordDataset } from '../../core/chain/record-dataset';
import { type Tagger, tagRuns } from '../../core/chain/tag-runs';
import { contract } from '../../core/contract';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';
import { readModel } from '../../core/s3/model-reader';
import { describeEndedProcessingJob, describeMaker } from '../../core/sagemaker/processing-job';
import { describeEndedTrainingJob } from '../../core/sagemaker/training-job';
import { version } from '../../package.json';
import { required, requiredTexts } from '../environment';
import { queueHandler } from '../queue-handler';
import { sagemakerClient } from '../sagemaker-client';
import { evidenceRecorder } from './evidence-recorder';
import { graphCompleter } from './lineage-graph';

const names = contract.functionEnvironment;
const platform = required(names.platformName);
const app = locateMlflowApp(required(names.mlflowAppArn), process.env[contract.jobEnvironment.mlflowEndpoint]);
const sagemaker = sagemakerClient();
const s3 = new S3Client();
const remoteUrl = required(names.dvcRemoteUrl);
const recordedBy = `${contract.packageName}/${version}`;
const evidence = evidenceRecorder(platform, {
  s3,
  bucket: required(names.evidenceBucket),
  kms: new KMS(),
  signingKeyArn: required(names.signingKeyArn),
  previousKeyFingerprints: requiredTexts(names.previousKeyFingerprints),
});
const recorder: DatasetRecorder = {
  firstSeen: (derivation) => evidence.firstSeen(derivation, recordedBy),
  record: evidence.record,
  remoteUrl,
  recordedBy,
  now: () => new Date(),
};
const mlflow = new MlflowClient(app, sagemaker.config.credentials);
const tagger: Tagger = {
  runs: mlflow,
  models: mlflow,
  readModel: (uri, since) => readModel(s3, uri, since),
  statedModel: evidence.statedModel,
  firstSeen: recorder.firstSeen,
  datasets: {
    describeMaker: (maker) => describeMaker(sagemaker, maker),
    lastStatement: evidence.lastDataset,
  },
  record: evidence.record,
  recordedBy,
  now: recorder.now,
};

// an app makes a package of a version some time later, and says so on the version when it has.
const areModelsMirrored = required(names.modelsMirrored) === 'true';
const completeGraph =
  required(names.completeLineageGraph) === 'true'
    ? // a client of its own: where SageMaker throttles the graph, jobs are described as fast as before.
      graphCompleter(sagemakerClient(), remoteUrl)
    : async () => {};

/**
 * Keeps a signed statement about a job, and writes what it says on the runs and models of the job, if it is of a kind that
 * has any, and then in SageMaker's lineage graph.
 */
export const handler = queueHandler('run-tagger', async (body, telemetry, attempt) => {
  const { logger, count } = telemetry;
  const derivation = readDerivation(body, platform);
  if (derivation.job.kind === 'processing-job') {
    const job = await describeEndedProcessingJob(sagemaker, derivation.job);
    const stored = await recordDataset(derivation, job, recorder);
    const { status } = stored.statement.predicate.outcome;
    logger.info('dataset recorded', { job: job.identity, status, key: stored.key });
    if (status === 'conflict') {
      count(contract.metrics.jobsInConflict);
    }
    await completeGraph(stored, [], telemetry, attempt);
    return;
  }
  const job = await describeEndedTrainingJob(sagemaker, derivation.job);
  const { stored, runs, areMoreRuns, models } = await tagRuns(derivation, job, tagger);
  const { status } = stored.statement.predicate.outcome;
  logger.info('job tagged', { job: job.identity, status, runs, areMoreRuns, models });
  if (status === 'conflict') {
    count(contract.metrics.jobsInConflict);
  }
  if (areMoreRuns) {
    count(contract.metrics.jobsWithMoreRunsThanTagged);
  }
  if (models.areMore) {
    count(contract.metrics.jobsWithMoreModelsThanTagged);
  }
  if (models.foreign > 0) {
    count(contract.metrics.jobsWithModelsOfOthers);
  }
  await completeGraph(stored, areModelsMirrored ? models.registeredRunIds : models.mirroredRunIds, telemetry, attempt);
});
