import { createHash, createPublicKey, verify } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { contract } from '../core/contract';
import { Envelope, PAYLOAD_TYPE, preAuthenticationEncoding } from '../core/evidence/dsse';
import type { Walk } from '../sandbox/walk/platform-walk';
import { DATA_COMMIT, DATASET, type EndedJob } from './ended-jobs';

const Statement = z.object({
  predicate: z.object({
    data: z.object({ resolution: z.object({ value: z.object({ dataCommit: z.string() }) }) }),
    model: z.object({ value: z.object({ sha256: z.string() }) }),
  }),
});

const tags = contract.runTags;

/**
 * Sees to it that only work that was done is measured: the run's tags, and the signed statement that they name.
 */
export async function assertDone({ aws, outputs, repository }: Walk, job: EndedJob): Promise<void> {
  const run = await aws.mlflow(outputs.MlflowAppArn).getRun(job.runId);
  const { [tags.evidence]: evidence = '', [tags.recordedBy]: recordedBy, ...told } = run?.tags ?? {};
  const expected = {
    [tags.dataCommit]: DATA_COMMIT,
    [tags.status]: 'recorded',
    [tags.assurance]: 'configured',
    [tags.reason]: 'not compared: dataset-statement, file-contents, script-input',
    [tags.dataRepository]: repository.url,
    [tags.dataRevision]: job.revision,
    [tags.dataset]: `${DATASET.path}@${DATASET.md5}`,
    [tags.primaryRun]: job.runId,
  };
  const found = Object.fromEntries(Object.keys(expected).map((key) => [key, told[key]]));
  if (!isDeepStrictEqual(found, expected) || !recordedBy) {
    throw new Error(`the run of ${job.name} has other tags than it should: ${JSON.stringify(run?.tags)}`);
  }
  const { Body } = await aws.s3.send(new GetObjectCommand(locate(job.modelUri)));
  const model = sha256((await Body?.transformToByteArray()) ?? new Uint8Array());
  const { predicate } = await readSigned({ aws, outputs }, evidence);
  if (predicate.model.value.sha256 !== model || predicate.data.resolution.value.dataCommit !== DATA_COMMIT) {
    throw new Error(`the statement ${evidence} is not about the model and data of ${job.name}`);
  }
}

async function readSigned({ aws, outputs }: Pick<Walk, 'aws' | 'outputs'>, evidence: string) {
  const [, Key, digest] = /^(.+)@sha256:([0-9a-f]{64})$/.exec(evidence) ?? [];
  const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: outputs.EvidenceBucketName, Key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const { payload, signatures } = Envelope.parse(JSON.parse(Buffer.from(bytes).toString()));
  const { PublicKey } = await aws.kms.getPublicKey({ KeyId: outputs.SigningKeyArn });
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  const content = Buffer.from(payload, 'base64');
  const signed = preAuthenticationEncoding(PAYLOAD_TYPE, content);
  if (sha256(bytes) !== digest || !verify('sha256', signed, key, Buffer.from(signatures[0].sig, 'base64'))) {
    throw new Error(`${evidence} is not what was signed`);
  }
  return Statement.parse(JSON.parse(content.toString()));
}

function locate(uri: string): { Bucket: string; Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return { Bucket, Key };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
