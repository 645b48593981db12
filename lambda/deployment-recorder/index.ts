import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { recordDeployment } from '../../core/chain/record-deployment';
import { contract } from '../../core/contract';
import type { Outcome } from '../../core/evidence/outcome';
import { readCurrentObject } from '../../core/s3/current-object';
import { readDeployment } from '../../core/sagemaker/deployment-event';
import { describeDeployment } from '../../core/sagemaker/describe-deployment';
import { readJobTag } from '../../core/sagemaker/ended-job';
import { writePackageProperties } from '../../core/sagemaker/model-package';
import { findNamedTraining } from '../../core/sagemaker/named-training';
import { version } from '../../package.json';
import { required, requiredTexts } from '../environment';
import { queueHandler } from '../queue-handler';
import { sagemakerClient } from '../sagemaker-client';
import { evidenceOf } from '../use-evidence';
import { deploymentEvidence } from './deployment-evidence';

const names = contract.functionEnvironment;
const METRIC_OF: Record<Outcome['status'], string> = {
  verified: contract.metrics.deploymentsRecorded,
  recorded: contract.metrics.deploymentsRecorded,
  unresolved: contract.metrics.deploymentsUnresolved,
  conflict: contract.metrics.deploymentsInConflict,
};
const platform = required(names.platformName);
const jobRoleArns = requiredTexts(names.jobRoleArns);
const sagemaker = sagemakerClient();
const s3 = new S3Client();
const sources = {
  ...deploymentEvidence(
    platform,
    evidenceOf(platform, {
      s3,
      bucket: required(names.evidenceBucket),
      kms: new KMS(),
      signingKeyArn: required(names.signingKeyArn),
      previousKeyFingerprints: requiredTexts(names.previousKeyFingerprints),
    }),
  ),
  platform,
  readObject: (uri: string) => readCurrentObject(s3, uri),
  trainingJob: (name: string) => findNamedTraining(sagemaker, name, platform, jobRoleArns),
  isTagged: async (arn: string) => (await readJobTag(sagemaker, arn, contract.jobTags.platform)) === platform,
  writeProperties: (arn: string, properties: Readonly<Record<string, string>>) =>
    writePackageProperties(sagemaker, arn, properties),
  recordedBy: `${contract.packageName}/${version}`,
  now: () => new Date(),
};

/**
 * Keeps a signed statement about what an endpoint, a batch transform job or a model package puts to use.
 */
export const handler = queueHandler('deployment-recorder', async (body, { logger, count }) => {
  const named = readDeployment(body);
  const deployment = await describeDeployment(sagemaker, named);
  if (!deployment) {
    logger.info('nothing is put to use', { deployment: named });
    return;
  }
  const recorded = await recordDeployment(deployment, sources);
  if (!recorded) {
    count(contract.metrics.deploymentsOfOthers);
    logger.info('deployment is of no concern to this platform', { deployment: deployment.about });
    return;
  }
  const { stored, written } = recorded;
  const { status } = stored.statement.predicate.outcome;
  count(METRIC_OF[status]);
  logger.info('deployment recorded', { deployment: deployment.about, status, evidence: stored.key, written });
});
