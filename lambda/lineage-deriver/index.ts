import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { ToolkitSetup } from '../../core/chain/attestation';
import { deriveData } from '../../core/chain/derive-data';
import { publishedNothing } from '../../core/chain/published-nothing';
import { contract } from '../../core/contract';
import { correlated } from '../../core/delivery/message-attributes';
import { parseRemoteUrl } from '../../core/dvc/remote-layout';
import { AllowedRepository } from '../../core/git/allowed-repositories';
import { allowedRepositorySource } from '../../core/git/repository-source';
import { s3HandoverReader } from '../../core/s3/handover-reader';
import { s3RemoteReader } from '../../core/s3/remote-reader';
import { readNamedJob } from '../../core/sagemaker/job-event';
import { belongsToPlatform } from '../../core/sagemaker/job-scope';
import { describeEndedProcessingJob } from '../../core/sagemaker/processing-job';
import { describeEndedTrainingJob } from '../../core/sagemaker/training-job';
import { secretReader } from '../../core/secrets/secret-reader';
import { required, requiredTexts } from '../environment';
import { queueHandler } from '../queue-handler';
import { sagemakerClient } from '../sagemaker-client';

const names = contract.functionEnvironment;
const platform = required(names.platformName);
const jobRoleArns = requiredTexts(names.jobRoleArns);
const repositories = z.array(AllowedRepository).parse(JSON.parse(required(names.dataRepositories)));
const taggingQueueUrl = required(names.taggingQueueUrl);

const sagemaker = sagemakerClient();
const sqs = new SQSClient();
const s3 = new S3Client();
const toolkit = process.env[names.jobToolkit];
const sources = {
  remote: s3RemoteReader(s3, parseRemoteUrl(required(names.dvcRemoteUrl))),
  repository: allowedRepositorySource(
    repositories,
    secretReader(new SecretsManagerClient()),
    sagemaker.config.credentials,
  ),
  handover:
    toolkit === undefined
      ? undefined
      : { setup: ToolkitSetup.parse(JSON.parse(toolkit)), readDocument: s3HandoverReader(s3) },
};

/**
 * Finds out what data a training job that ended was given, or a processing job published, and hands it to the run-tagger.
 */
export const handler = queueHandler('lineage-deriver', async (body, { logger, correlationId, count }) => {
  const named = readNamedJob(body);
  const job =
    named.kind === 'training-job'
      ? await describeEndedTrainingJob(sagemaker, named)
      : await describeEndedProcessingJob(sagemaker, named);
  if (!(await belongsToPlatform(sagemaker, job, platform, jobRoleArns))) {
    count(contract.metrics.jobsOfOthers);
    logger.info('job is of no concern to this platform', { job: job.identity });
    return;
  }
  const derivation = await deriveData(platform, job, sources, new Date());
  if (publishedNothing(job, derivation)) {
    count(contract.metrics.jobsWithoutData);
    logger.info('processing job published no data', { job: job.identity });
    return;
  }
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: taggingQueueUrl,
      MessageBody: JSON.stringify(derivation),
      MessageAttributes: correlated(correlationId),
    }),
  );
  count(derivation.status === 'unresolved' ? contract.metrics.jobsUnresolved : contract.metrics.jobsResolved);
  logger.info('job derived', { job: job.identity, status: derivation.status });
});
