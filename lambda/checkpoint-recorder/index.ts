import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import { CannotSucceed } from '../../core/delivery/failures';
import { ChainBroken } from '../../core/evidence/chain-ends';
import { type Day, dayBefore } from '../../core/evidence/day';
import { recordCheckpoint } from '../../core/evidence/record-checkpoint';
import { TooManyChains } from '../../core/evidence/scan-chains';
import { type CountedDay, takeCensus } from '../../core/evidence/take-census';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';
import { version } from '../../package.json';
import { required, requiredTexts } from '../environment';
import { evidenceLedger } from '../evidence-ledger';
import { queueHandler } from '../queue-handler';
import { readScheduledTime } from '../scheduled-time';
import { censusSources } from './census-sources';
import { giveUpLater } from './give-up-later';

// enough to see what happened; the checkpoint itself has more of them.
const PROBLEMS_LOGGED = 20;

const names = contract.functionEnvironment;
const platform = required(names.platformName);
const jobRoleArns = requiredTexts(names.jobRoleArns);
const app = locateMlflowApp(required(names.mlflowAppArn), process.env[contract.jobEnvironment.mlflowEndpoint]);
// a day's jobs are described one after the other, and SageMaker throttles whoever does so too fast.
const sagemaker = new SageMakerClient({ retryMode: 'adaptive', maxAttempts: 8 });
const mlflow = new MlflowClient(app, sagemaker.config.credentials);
const sources = censusSources({ platform, jobRoleArns }, sagemaker, mlflow);
const openLedger = evidenceLedger(platform, {
  s3: new S3Client(),
  bucket: required(names.evidenceBucket),
  kms: new KMS(),
  signingKeyArn: required(names.signingKeyArn),
  previousKeyFingerprints: requiredTexts(names.previousKeyFingerprints),
});
const recordedBy = `${contract.packageName}/${version}`;
const now = () => new Date();

/**
 * Keeps a signed checkpoint over all evidence, with a census of the day that is over.
 */
export const handler = queueHandler('checkpoint-recorder', async (body, { logger, count }) => {
  const scheduled = readScheduledTime(body, now());
  const day = dayBefore(scheduled);
  const failed = giveUpLater(scheduled, now, (what, error) => {
    count(contract.metrics.checkpointsWithoutCensus);
    logger.error('not counted', { day: day.date, what, error: error as Error });
  });
  const counted = await takeCensus(day, sources, { now, failed });
  const { key, isNew, checkpoint, problems } = await record(day, counted);
  count(contract.metrics.checkpoints);
  if (problems.length > 0) {
    count(contract.metrics.checkpointsWithProblems);
    logger.error('evidence was tampered with or cannot be verified', {
      checkpoint: key,
      found: problems.length,
      problems: checkpoint.problems.shown.slice(0, PROBLEMS_LOGGED),
    });
  }
  const { counts, census } = checkpoint;
  logger.info('checkpoint kept', { key, isNew, day: day.date, counts, census });
});

async function record(day: Day, counted: CountedDay) {
  try {
    return await recordCheckpoint({ platform, recordedBy, day }, counted, await openLedger());
  } catch (error) {
    if (error instanceof ChainBroken || error instanceof TooManyChains) {
      throw new CannotSucceed('evidence-broken', error.message, { cause: error });
    }
    throw error;
  }
}
