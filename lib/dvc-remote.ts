import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { DvcRemoteGrants } from './dvc-remote-grants';
import { defineAccessLogBucket, defineDataBucket } from './private/data-bucket';
import { enforce, isKnown, type Rule } from './private/errors';

const DEFAULT_PREFIX = 'dvc';

const RULES: readonly Rule<DvcRemoteProps>[] = [
  {
    broken: ({ prefix }) =>
      isKnown(prefix) && !/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(prefix),
    message: ({ prefix }) =>
      `prefix must be one or more names of letters, digits, dots, dashes and underscores, joined by single slashes, got ${JSON.stringify(prefix)}`,
  },
];

/**
 * An S3 location that holds the bytes of a DVC data repository.
 */
export interface IDvcRemote extends IConstruct {
  /**
   * The bucket with the content-addressed objects.
   */
  readonly bucket: s3.IBucket;

  /**
   * The key prefix below which DVC writes, without a slash at either end.
   */
  readonly prefix: string;

  /**
   * The address to put into a data repository: `dvc remote add --default storage <url>`.
   */
  readonly url: string;

  /**
   * Who may pull, push or verify datasets.
   */
  readonly grants: DvcRemoteGrants;
}

/**
 * Properties of a DvcRemote.
 */
export interface DvcRemoteProps {
  /**
   * The key prefix below which DVC writes, without a slash at either end.
   *
   * @default 'dvc'
   */
  readonly prefix?: string;

  /**
   * The key that encrypts the datasets.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new customer managed key that rotates every year and is retained
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The bucket that receives the access logs of this remote.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new bucket with S3-managed encryption, because S3 cannot deliver access logs under a customer managed key
   */
  readonly accessLogBucket?: s3.IBucket;
}

/**
 * A versioned, encrypted and private S3 bucket as DVC remote.
 *
 * The bucket and its key are retained when the stack is deleted: a data commit is worth nothing without its bytes.
 *
 * @see https://dvc.org/doc/user-guide/data-management/remote-storage/amazon-s3
 */
export class DvcRemote extends Construct implements IDvcRemote {
  public readonly bucket: s3.IBucket;
  public readonly prefix: string;
  public readonly url: string;
  public readonly grants: DvcRemoteGrants;

  constructor(scope: Construct, id: string, props: DvcRemoteProps = {}) {
    super(scope, id);
    enforce(this, 'DvcRemoteInvalid', props, RULES);

    this.prefix = props.prefix ?? DEFAULT_PREFIX;
    this.bucket = defineDataBucket(this, 'Bucket', {
      encryptionKey: props.encryptionKey ?? new kms.Key(this, 'Key', { enableKeyRotation: true }),
      accessLogBucket: props.accessLogBucket ?? defineAccessLogBucket(this, 'AccessLogs'),
      accessLogPrefix: 'dvc-remote/',
    });
    this.url = `s3://${this.bucket.bucketName}/${this.prefix}`;
    this.grants = DvcRemoteGrants.fromDvcRemote(this);
  }
}
