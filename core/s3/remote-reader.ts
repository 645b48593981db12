import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { contract } from '../contract';
import type { RemoteReader } from '../dvc/dataset-check';
import { objectKey, type RemoteLocation } from '../dvc/remote-layout';

/**
 * Reads listings and sizes from a DVC remote in S3.
 */
export function s3RemoteReader(s3: S3Client, { bucket, prefix }: RemoteLocation): RemoteReader {
  return {
    async listing(md5) {
      try {
        const { Body, ContentLength } = await s3.send(
          new GetObjectCommand({ Bucket: bucket, Key: objectKey(prefix, md5) }),
        );
        if (Body === undefined || ContentLength === undefined) {
          throw new Error(`S3 answered without a body or its length for ${objectKey(prefix, md5)}`);
        }
        if (ContentLength > contract.limits.listingBytes) {
          // an unread body would keep the connection; the client has no other way to give it up.
          (Body as { destroy?: () => void }).destroy?.();
          return 'too-large';
        }
        return await Body.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) {
          return undefined;
        }
        throw error;
      }
    },

    async size(md5) {
      const key = objectKey(prefix, md5);
      // listing one key takes no right to read the content, which a HEAD request would.
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
      const object = Contents?.[0];
      return object?.Key === key ? object.Size : undefined;
    },
  };
}
