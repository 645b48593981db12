import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { EvidenceReader, StoredVersion } from '../evidence/evidence-store';

/**
 * Reads evidence from a versioned bucket.
 */
export function s3EvidenceReader(s3: S3Client, bucket: string): EvidenceReader {
  return {
    async *versions(prefix, after) {
      let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined =
        after === undefined ? {} : { KeyMarker: after };
      while (marker) {
        const page: ListObjectVersionsCommandOutput = await s3.send(
          // keys are not ours to choose: encoded, no character in one can spoil the answer.
          new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker }),
        );
        yield* versionsOf(page);
        marker = nextMarker(page, bucket);
      }
    },

    async read(key, versionId, limitBytes) {
      try {
        const { Body, ContentLength } = await s3.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
        );
        if (Body === undefined || ContentLength === undefined) {
          throw new Error(`S3 answered without a body or its length for ${key}`);
        }
        if (ContentLength > limitBytes) {
          // an unread body would keep the connection; the client has no other way to give it up.
          (Body as { destroy?: () => void }).destroy?.();
          return 'too-large';
        }
        return await Body.transformToByteArray();
      } catch (error) {
        if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NoSuchVersion')) {
          return undefined;
        }
        throw error;
      }
    },
  };
}

function versionsOf(page: ListObjectVersionsCommandOutput): StoredVersion[] {
  const { Versions = [], DeleteMarkers = [] } = page;
  const common = (item: {
    Key?: string | undefined;
    VersionId?: string | undefined;
    LastModified?: Date | undefined;
  }) => {
    const { Key, VersionId, LastModified } = item;
    if (Key === undefined || VersionId === undefined || LastModified === undefined) {
      throw new Error('S3 lists a version without its key, its id or its date');
    }
    return { key: decoded(Key, page), versionId: VersionId, storedAt: LastModified };
  };
  const versions = [
    ...Versions.map((item) => ({ ...common(item), isDeleteMarker: false, sizeBytes: sizeOf(item.Size) })),
    ...DeleteMarkers.map((item) => ({ ...common(item), isDeleteMarker: true, sizeBytes: 0 })),
  ];
  // the client splits a page into two lists, each in S3's order: that of the keys' bytes.
  return versions.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

function nextMarker(page: ListObjectVersionsCommandOutput, bucket: string) {
  if (!page.IsTruncated) {
    return undefined;
  }
  const { NextKeyMarker, NextVersionIdMarker } = page;
  if (NextKeyMarker === undefined) {
    throw new Error(`S3 cut the list of versions in ${bucket} and does not say where to go on`);
  }
  return {
    KeyMarker: decoded(NextKeyMarker, page),
    ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
  };
}

// S3 writes a space as `+`.
function decoded(text: string, { EncodingType }: ListObjectVersionsCommandOutput): string {
  return EncodingType === 'url' ? decodeURIComponent(text.replace(/\+/g, ' ')) : text;
}

function sizeOf(size: number | undefined): number {
  if (size === undefined) {
    throw new Error('S3 lists a version without its size');
  }
  return size;
}
