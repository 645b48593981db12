import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { WRITE_ACCESS_LOGS } from './perms';

export interface DataBucketOptions {
  /** absent: keys of S3 itself. */
  readonly encryptionKey?: kms.IKey | undefined;
  readonly accessLogBucket: s3.IBucket;
  readonly accessLogPrefix: string;
  readonly lifecycleRules?: s3.LifecycleRule[];
  readonly objectLockRetention?: s3.ObjectLockRetention | undefined;
  /** absent: the bucket outlives its stack. */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/**
 * A bucket for data that has to outlive its stack: encrypted, versioned, private, logged, retained.
 */
export function defineDataBucket(scope: Construct, id: string, options: DataBucketOptions): s3.Bucket {
  const { encryptionKey, lifecycleRules, objectLockRetention } = options;
  const bucket = new s3.Bucket(scope, id, {
    ...(encryptionKey
      ? { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: s3.BucketEncryption.S3_MANAGED }),
    ...(lifecycleRules && { lifecycleRules }),
    ...(objectLockRetention && { objectLockEnabled: true, objectLockDefaultRetention: objectLockRetention }),
    versioned: true,
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    removalPolicy: options.removalPolicy ?? RemovalPolicy.RETAIN,
  });
  logAccess(bucket, options.accessLogBucket, options.accessLogPrefix);
  return bucket;
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

/**
 * Lets S3 deliver the access logs of a bucket.
 */
// not by serverAccessLogsBucket: unless the app sets a feature flag, the CDK would let S3 deliver by an ACL, and turn
// ACLs on for it (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html advises against it).
export function logAccess(bucket: s3.Bucket, accessLogBucket: s3.IBucket, prefix: string): void {
  const resource = bucket.node.defaultChild as s3.CfnBucket;
  // buckets of two stacks that named each other would wait for each other; the prefix tells them apart all the same.
  const named = Stack.of(bucket) === Stack.of(accessLogBucket) && { ArnLike: { 'aws:SourceArn': bucket.bucketArn } };
  resource.loggingConfiguration = { destinationBucketName: accessLogBucket.bucketName, logFilePrefix: prefix };
  accessLogBucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: WRITE_ACCESS_LOGS,
      resources: [accessLogBucket.arnForObjects(`${prefix}*`)],
      conditions: {
        ...named,
        StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account },
      },
    }),
  );
}
