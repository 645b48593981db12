import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { Handover } from '../chain/attestation';
import { contract } from '../contract';

const FILE_NAME = 'lineage.json';

/**
 * Reads what processing jobs handed on in S3.
 */
export function s3HandoverReader(s3: S3Client): Handover['readDocument'] {
  return async (uri) => {
    const [, Bucket, folder] = /^s3:\/\/([^/]+)\/(.+?)\/?$/.exec(uri) ?? [];
    if (!Bucket || !folder) {
      return undefined;
    }
    try {
      const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key: `${folder}/${FILE_NAME}` }));
      if (Body === undefined || ContentLength === undefined || ContentLength > contract.limits.lineageDocumentBytes) {
        // an unread body would keep the connection; the client has no other way to give it up.
        (Body as { destroy?: () => void } | undefined)?.destroy?.();
        return undefined;
      }
      return await Body.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) {
        return undefined;
      }
      throw error;
    }
  };
}
