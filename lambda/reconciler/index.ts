import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { type MessageAttributeValue, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { contract } from '../../core/contract';
import { correlated } from '../../core/delivery/message-attributes';
import { parseRemoteUrl } from '../../core/dvc/remote-layout';
import { readTrustedKeys } from '../../core/evidence/read-trusted-keys';
import { kmsSigner } from '../../core/kms/kms-signer';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';
import { openEstate } from '../../core/reconcile/open-estate';
import { walkStep } from '../../core/reconcile/walk-step';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import { s3RemoteReader } from '../../core/s3/remote-reader';
import { required, requiredTexts } from '../environment';
import { queueHandler } from '../queue-handler';
import { sagemakerClient } from '../sagemaker-client';
import { readWalk } from './read-walk';

// a step stops here, long before the function's time is over: the last thing it looks at may be a large listing.
const STEP_MS = 120_000;

const names = contract.functionEnvironment;
const platform = required(names.platformName);
const jobRoleArns = requiredTexts(names.jobRoleArns);
const mlflowAppArn = required(names.mlflowAppArn);
const lookBackDays = Number(required(names.lookBackDays));
const queueUrls = {
  derivation: required(names.derivationQueueUrl),
  changes: required(names.changesQueueUrl),
};
const walkQueueUrl = required(names.sourceQueueUrl);

const sqs = new SQSClient();
const s3 = new S3Client();
const kms = new KMS();
const sagemaker = sagemakerClient();
const app = locateMlflowApp(mlflowAppArn, process.env[contract.jobEnvironment.mlflowEndpoint]);
const mlflow = new MlflowClient(app, sagemaker.config.credentials);
const reader = s3EvidenceReader(s3, required(names.evidenceBucket));
const remote = s3RemoteReader(s3, parseRemoteUrl(required(names.dvcRemoteUrl)));

/**
 * Takes one step of a walk over all that should have evidence, and hands the walk on.
 *
 * A step that is taken twice finds the same, and sends the same: what it sends changes nothing the second time.
 */
export const handler = queueHandler('reconciler', async (message, { logger, correlationId, count }) => {
  const begun = Date.now();
  const walk = readWalk(message, lookBackDays, new Date(begun));
  const estate = openEstate({
    ...{ platform, jobRoleArns, mlflowAppArn, sagemaker, mlflow, reader, remote },
    trusted: await trustedKeys(),
  });
  const step = await walkStep(walk, estate, () => Date.now() - begun > STEP_MS);
  // by which the logs of whoever looks at it again tell of it.
  const sent = new Map<string, string | undefined>();
  for (const { queue, body } of step.messages) {
    sent.set(body, await send(queueUrls[queue], body));
  }
  for (const { kind, subject, explanation, mend } of step.gaps) {
    count(contract.metrics.gapsFound);
    if (!mend) {
      count(contract.metrics.gapsWithoutRemedy);
    }
    logger.warn('gap found', {
      ...{ walk: walk.walk, kind, subject, explanation },
      ...(mend ? { done: 'fed', sentAs: sent.get(mend.body) } : { done: 'reported' }),
    });
  }
  if (!step.finished) {
    await send(walkQueueUrl, JSON.stringify(step.walk), correlated(correlationId));
    return;
  }
  const { since, until, looked, gaps, messages } = step.walk;
  count(contract.metrics.walks);
  logger.info('walk finished', { walk: walk.walk, since, until, looked, gaps, messages });
});

async function send(
  QueueUrl: string,
  MessageBody: string,
  MessageAttributes: Record<string, MessageAttributeValue> = {},
): Promise<string | undefined> {
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
  return MessageId;
}

// asked in every step: a key that signs from now on must not make its statements untrusted.
async function trustedKeys() {
  // of the signer only its public key is asked for; this function may not sign.
  const { keyid } = await kmsSigner(kms, required(names.signingKeyArn));
  return readTrustedKeys(platform, [keyid, ...requiredTexts(names.previousKeyFingerprints)], reader);
}
