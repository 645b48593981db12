import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { readHandedDataset } from '../../core/chain/handed-dataset';
import { contract } from '../../core/contract';
import { s3HandoverReader } from '../../core/s3/handover-reader';
import { required } from '../environment';
import { stepHandler } from '../step-handler';

const { stepValues } = contract;
const handoverUri = required(contract.functionEnvironment.handoverUri);
const readDocument = s3HandoverReader(new S3Client());

const Input = z.object({ [stepValues.lineageUri]: z.string() }).transform((event) => ({
  uri: event[stepValues.lineageUri] as string,
}));

/**
 * Tells the steps after it which dataset the preprocess job handed on.
 */
export const handler = stepHandler('dataset-reader', Input, async ({ uri }, logger) => {
  const { md5, dataCommit, dataRevision } = await readHandedDataset(uri, handoverUri, readDocument);
  logger.info('dataset read', { uri, md5, dataCommit, dataRevision });
  return {
    [stepValues.datasetMd5]: md5,
    [contract.runTags.dataCommit]: dataCommit,
    [stepValues.dataRevision]: dataRevision,
  };
});
