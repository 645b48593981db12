import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { logAccess } from './data-bucket';

export interface EvidenceBucketOptions {
  readonly retention: Duration;
  readonly retentionMode: s3.ObjectLockMode;
  readonly encryptionKey: kms.IKey | undefined;
  readonly accessLogBucket: s3.IBucket;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * A bucket in which each key is written once, and from which nobody deletes.
 */
export function defineEvidenceBucket(scope: Construct, id: string, options: EvidenceBucketOptions): s3.Bucket {
  const { retention, retentionMode, encryptionKey } = options;
  const bucket = new s3.Bucket(scope, id, {
    ...(encryptionKey
      ? { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: s3.BucketEncryption.S3_MANAGED }),
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention:
      retentionMode === s3.ObjectLockMode.COMPLIANCE
        ? s3.ObjectLockRetention.compliance(retention)
        : s3.ObjectLockRetention.governance(retention),
    enforceSSL: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    removalPolicy: options.removalPolicy,
  });
  logAccess(bucket, options.accessLogBucket, 'evidence/');
  denyOverwriting(bucket);
  denyRemoving(bucket);
  denyExpiring(bucket);
  return bucket;
}

// a write in parts sends the header with its last request only, so this refuses it at its first; a statement fits into
// one request, and parts that nobody completes would stay for ever
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html).
function denyOverwriting(bucket: s3.Bucket): void {
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      ...deny('OnlyNewKeys'),
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      conditions: { Null: { 's3:if-none-match': 'true' } },
    }),
  );
}

function denyRemoving(bucket: s3.Bucket): void {
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      ...deny('NobodyRemoves'),
      actions: [
        's3:BypassGovernanceRetention',
        // Object Lock allows a delete marker, behind which the same key could be written anew
        // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html).
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:PutObjectLegalHold',
        // also what a writer needs to give its own object a shorter retention than the bucket's.
        's3:PutObjectRetention',
        // replication from elsewhere is no PutObject, and asks for no header.
        's3:ReplicateDelete',
        's3:ReplicateObject',
        // puts an existing object under a key that can be deleted afterwards
        // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html).
        's3:UpdateObjectEncryption',
      ],
      resources: [bucket.arnForObjects('*')],
    }),
  );
}

// S3 expires objects itself, so that no other statement here would stop it. The template never has such rules, so
// CloudFormation does not need this right.
//
// Left allowed on purpose: PutBucketPolicy, or the owner would be locked out of this policy for ever;
// PutBucketObjectLockConfiguration, with which a deployment changes the retention of statements to come;
// PutBucketVersioning, because S3 never suspends versioning where Object Lock is on.
function denyExpiring(bucket: s3.Bucket): void {
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      ...deny('NothingExpires'),
      actions: ['s3:PutLifecycleConfiguration'],
      resources: [bucket.bucketArn],
    }),
  );
}

function deny(sid: string) {
  return { sid, effect: iam.Effect.DENY, principals: [new iam.StarPrincipal()] };
}
