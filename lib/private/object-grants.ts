import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import {
  DELETE_OBJECTS,
  LIST_OBJECT_VERSIONS,
  LIST_OBJECTS,
  READ_ENCRYPTED,
  READ_OBJECT_VERSIONS,
  READ_OBJECTS,
  WRITE_ENCRYPTED,
  WRITE_OBJECTS,
} from './perms';

/**
 * Grants on the objects below one prefix of a bucket, and on nothing else in it; on all its objects if there is no prefix.
 *
 * The CDK's own bucket grants allow `s3:List*` and `s3:GetBucket*` on the whole bucket, whatever the key pattern.
 */
export class ObjectGrants {
  constructor(
    private readonly bucket: s3.IBucket,
    private readonly prefix?: string,
  ) {}

  /**
   * Reads the objects whose key, below the prefix, matches a pattern.
   */
  read(grantee: iam.IGrantable, pattern = '*'): iam.Grant {
    return this.onKey(grantee, READ_ENCRYPTED, this.onObjects(grantee, READ_OBJECTS, pattern));
  }

  /**
   * Reads the objects below the prefix in whichever version.
   */
  readVersions(grantee: iam.IGrantable): iam.Grant {
    return this.onKey(grantee, READ_ENCRYPTED, this.onObjects(grantee, READ_OBJECT_VERSIONS, '*'));
  }

  /**
   * Lists the objects below the prefix: their keys and sizes, not their content.
   */
  list(grantee: iam.IGrantable): iam.Grant {
    return this.onBucket(grantee, LIST_OBJECTS);
  }

  /**
   * Lists the objects below the prefix with all their versions and delete markers.
   */
  listVersions(grantee: iam.IGrantable): iam.Grant {
    return this.onBucket(grantee, [...LIST_OBJECTS, ...LIST_OBJECT_VERSIONS]);
  }

  /**
   * Writes objects below the prefix. Deleting them is never part of it.
   */
  write(grantee: iam.IGrantable): iam.Grant {
    return this.onKey(grantee, WRITE_ENCRYPTED, this.onObjects(grantee, WRITE_OBJECTS, '*'));
  }

  /**
   * Deletes the objects whose key, below the prefix, matches a pattern. Where the bucket has versions they stay.
   */
  remove(grantee: iam.IGrantable, pattern: string): iam.Grant {
    return this.onObjects(grantee, DELETE_OBJECTS, pattern);
  }

  private onBucket(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.bucket.bucketArn],
      ...(this.prefix && { conditions: { StringLike: { 's3:prefix': [this.prefix, `${this.prefix}/*`] } } }),
    });
  }

  private onObjects(grantee: iam.IGrantable, actions: string[], pattern: string): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.bucket.arnForObjects(this.prefix ? `${this.prefix}/${pattern}` : pattern)],
    });
  }

  private onKey(grantee: iam.IGrantable, actions: string[], grant: iam.Grant): iam.Grant {
    const key = this.bucket.encryptionKey;
    return key ? grant.combine(key.grant(grantee, ...actions)) : grant;
  }
}
