import { RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface DataBucketOptions {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  readonly accessLogPrefix: string;
}

/**
 * A bucket for data that has to outlive its stack: encrypted, versioned, private, logged, retained.
 */
export function defineDataBucket(scope: Construct, id: string, options: DataBucketOptions): s3.Bucket {
  return new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: options.encryptionKey,
    bucketKeyEnabled: true,
    versioned: true,
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    serverAccessLogsBucket: options.accessLogBucket,
    serverAccessLogsPrefix: options.accessLogPrefix,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/**
 * The bucket that other buckets write their access logs to.
 *
 * S3 cannot deliver access logs to a bucket whose default encryption is a customer managed key
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html), hence S3's own keys.
 */
export function defineAccessLogBucket(scope: Construct, id: string): s3.Bucket {
  return new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.S3_MANAGED,
    versioned: true,
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
