import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsOutput,
  NoSuchKey,
  type S3Client,
} from '@aws-sdk/client-s3';
import { contract } from '../contract';
import { objectKey, type RemoteLocation } from '../dvc/remote-layout';
import type { ObjectHistory, RemoteReader } from '../dvc/remote-reader';

// enough for every job of a busy hour that pushes the same file at the same moment.
const VERSIONS_TOLD = 100;
// what S3 calls the version of an object that was written while the bucket kept none.
const NO_VERSION = 'null';

/**
 * Reads listings, and what there is under the names of objects, from a DVC remote in S3.
 */
export function s3RemoteReader(s3: S3Client, { bucket, prefix }: RemoteLocation): RemoteReader {
  return {
    url: `s3://${bucket}/${prefix}`,

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

    async history(md5) {
      const key = objectKey(prefix, md5);
      // one page is enough: S3 lists in the order of keys, and the key itself comes before all that begin like it.
      // Listing takes no right to read the content, which a HEAD request would.
      const page = await s3.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, MaxKeys: VERSIONS_TOLD }),
      );
      return historyOf(key, page);
    },
  };
}

function historyOf(key: string, page: ListObjectVersionsOutput): ObjectHistory {
  const versions = (page.Versions ?? []).filter(({ Key }) => Key === key);
  const markers = (page.DeleteMarkers ?? []).filter(({ Key }) => Key === key);
  return {
    versions: versions.map(({ Size, ETag, VersionId }) => {
      if (Size === undefined) {
        throw new Error(`S3 listed ${key} without a size`);
      }
      return { sizeBytes: Size, eTag: ETag?.replace(/^"|"$/g, ''), kept: VersionId !== NO_VERSION };
    }),
    deleted: markers.length > 0,
    more: page.IsTruncated === true && page.NextKeyMarker === key,
  };
}
