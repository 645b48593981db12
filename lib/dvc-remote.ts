import { Annotations, AspectPriority, Aspects, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { DvcRemoteGrants } from './dvc-remote-grants';
import { defaultLifecycle, effectsOf, expiring, freezing } from './private/content-lifecycle';
import { ContentProtection } from './private/content-protection';
import { contract } from './private/contract';
import { defineAccessLogBucket, defineDataBucket } from './private/data-bucket';
import { dvcConfiguration } from './private/dvc-configuration';
import { enforce, invalid, isKnown, type Rule } from './private/errors';
import { bucketOf, examineBucket, resourceOf } from './private/foreign-bucket';

const DEFAULT_PREFIX = 'dvc';
const DEFAULT_NAME = 'storage';

const ENCRYPTIONS: readonly s3.BucketEncryption[] = [s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED];

const PREFIX_RULES: readonly Rule<DvcRemoteFromBucketOptions>[] = [
  {
    broken: ({ prefix }) =>
      isKnown(prefix) && !/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(prefix),
    message: ({ prefix }) =>
      `prefix must be one or more names of letters, digits, dots, dashes and underscores, joined by single slashes, got ${JSON.stringify(prefix)}`,
  },
];

const RULES: readonly Rule<DvcRemoteProps>[] = [
  ...PREFIX_RULES,
  {
    broken: ({ encryption }) => encryption !== undefined && !ENCRYPTIONS.includes(encryption),
    message: ({ encryption }) =>
      `encryption must be KMS, by a key of yours, or S3_MANAGED, got ${encryption}; for a key that AWS manages nobody can be granted its use`,
  },
  {
    broken: ({ encryption, encryptionKey }) =>
      encryption === s3.BucketEncryption.S3_MANAGED && encryptionKey !== undefined,
    message: () =>
      'encryptionKey must be left out where encryption is S3_MANAGED, because S3 then takes keys of its own',
  },
  {
    broken: (props) => expiringRules(props).length > 0,
    message: (props) =>
      `lifecycleRules must not expire objects below ${prefixOf(props)}/, got ${expiringRules(props).join(', ')}: without its bytes a data commit is worth nothing; give the rule another prefix, or let it expire noncurrent versions only`,
  },
  {
    broken: (props) => freezingRules(props).length > 0,
    message: (props) =>
      `lifecycleRules must not move objects below ${prefixOf(props)}/ to GLACIER or DEEP_ARCHIVE, got ${freezingRules(props).join(', ')}: pulling them fails until somebody has restored them; give the rule another prefix, or take GLACIER_INSTANT_RETRIEVAL`,
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
   * Who may pull, push, verify or delete datasets.
   */
  readonly grants: DvcRemoteGrants;

  /**
   * The text of the file `.dvc/config` of a data repository whose data is here. With it DVC compares what it pulls with
   * the names of the objects.
   *
   * @param remoteName how the data repository calls the remote, `storage` by default
   */
  dvcConfiguration(remoteName?: string): string;
}

/**
 * What there is to say of a bucket that exists already.
 */
export interface DvcRemoteFromBucketOptions {
  /**
   * The key prefix below which DVC writes, without a slash at either end.
   *
   * @default 'dvc'
   */
  readonly prefix?: string;
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
   * With whose keys the datasets are encrypted: `KMS`, or `S3_MANAGED`.
   *
   * With a key of yours its policy says who may read, beside the bucket's, and CloudTrail who did. A bucket key keeps its
   * cost small: KMS is not called for each of a dataset's objects.
   *
   * @default s3.BucketEncryption.KMS
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * The key that encrypts the datasets. Whoever deletes it makes all of them unreadable.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new customer managed key that rotates every year; none where encryption is S3_MANAGED
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

  /**
   * Lifecycle rules beside those that every remote has, for noncurrent versions and for what is not below the prefix.
   *
   * Every remote moves content to Intelligent-Tiering from the first day on, and aborts uploads that were not completed in
   * 7 days. A rule that would expire content, or move it to where it has to be restored first, is refused.
   *
   * @default - no others: deleted and overwritten versions are kept for ever
   */
  readonly lifecycleRules?: s3.LifecycleRule[];

  /**
   * For how long Object Lock keeps each version of an object from being deleted, from the moment it is written.
   *
   * A lock and erasure exclude each other: until it ends nobody can be given the erasure of their records.
   *
   * @default - no lock; the bucket's policy denies deletion to everybody but whoever collects garbage
   */
  readonly objectLockRetention?: s3.ObjectLockRetention;

  /**
   * What becomes of the bucket and its own key when the stack is deleted.
   *
   * With DESTROY a new key is scheduled for deletion; CloudFormation can delete the bucket only while it is empty.
   *
   * @default RemovalPolicy.RETAIN - a data commit is worth nothing without its bytes
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A versioned, encrypted and private S3 bucket as DVC remote, from which nobody deletes content but whoever collects
 * garbage.
 *
 * @see https://dvc.org/doc/user-guide/data-management/remote-storage/amazon-s3
 */
export class DvcRemote extends Construct implements IDvcRemote {
  /**
   * A remote in a bucket that exists already, as it is: nothing of the bucket is changed, and its policy denies nothing.
   *
   * A bucket of this app is looked at when the app is synthesized: a warning says where it lacks versioning or encryption,
   * or where a lifecycle rule of it would expire or freeze content.
   */
  static fromBucket(
    scope: Construct,
    id: string,
    bucket: s3.IBucketRef,
    options: DvcRemoteFromBucketOptions = {},
  ): IDvcRemote {
    class Import extends Construct implements IDvcRemote {
      readonly bucket = bucketOf(this, 'Bucket', bucket);
      readonly prefix = prefixOf(options);
      readonly url = urlOf(this);
      readonly grants = DvcRemoteGrants.fromDvcRemote(this);
      dvcConfiguration(remoteName?: string): string {
        // S3's ARNs name no region, so that of an imported bucket may be another one than it says.
        const region = resourceOf(this.bucket) && this.bucket.env.region;
        return configurationOf(this, region, remoteName);
      }
    }
    const imported = new Import(scope, id);
    enforce(imported, 'DvcRemoteInvalid', options, PREFIX_RULES);
    // at synthesis, because whoever defines the bucket may still add rules to it.
    const visit = (visited: IConstruct) => {
      if (visited === imported) {
        examineBucket(imported, imported.bucket, imported.prefix);
      }
    };
    Aspects.of(imported).add({ visit }, { priority: AspectPriority.READONLY });
    return imported;
  }

  public readonly bucket: s3.IBucket;
  public readonly prefix: string;
  public readonly url: string;
  public readonly grants: DvcRemoteGrants;

  constructor(scope: Construct, id: string, props: DvcRemoteProps = {}) {
    super(scope, id);
    enforce(this, 'DvcRemoteInvalid', props, RULES);
    this.warn(props);

    const { removalPolicy, lifecycleRules = [] } = props;
    this.prefix = prefixOf(props);
    const bucket = defineDataBucket(this, 'Bucket', {
      encryptionKey: this.encryptionKeyOf(props),
      accessLogBucket: props.accessLogBucket ?? defineAccessLogBucket(this, 'AccessLogs'),
      accessLogPrefix: 'dvc-remote/',
      lifecycleRules: [...defaultLifecycle(this.prefix), ...lifecycleRules],
      objectLockRetention: props.objectLockRetention,
      removalPolicy,
    });
    new ContentProtection(bucket, this.prefix);
    this.bucket = bucket;
    this.url = urlOf(this);
    this.grants = DvcRemoteGrants.fromDvcRemote(this);
  }

  public dvcConfiguration(remoteName?: string): string {
    return configurationOf(this, Stack.of(this).region, remoteName);
  }

  private encryptionKeyOf({ encryption, encryptionKey, removalPolicy }: DvcRemoteProps): kms.IKey | undefined {
    return encryption === s3.BucketEncryption.S3_MANAGED
      ? undefined
      : (encryptionKey ??
          new kms.Key(this, 'Key', { enableKeyRotation: true, removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN }));
  }

  private warn({ objectLockRetention, removalPolicy }: DvcRemoteProps): void {
    const warn = (what: string, message: string) =>
      Annotations.of(this).addWarningV2(`${contract.packageName}:DvcRemote.${what}`, message);
    if (objectLockRetention) {
      warn(
        'objectLockRetention',
        'Object Lock and erasure exclude each other: a record that somebody has a right to have erased stays until its ' +
          'lock ends. Leave objectLockRetention out where datasets may hold personal data',
      );
    }
    if (removalPolicy === RemovalPolicy.DESTROY) {
      warn(
        'removalPolicy',
        'deleting the stack will delete the bucket if it is empty, and schedule the deletion of its own key, without ' +
          'which no version of a dataset can be read again. Leave removalPolicy out to keep both',
      );
    }
  }
}

function prefixOf({ prefix }: DvcRemoteFromBucketOptions): string {
  return prefix ?? DEFAULT_PREFIX;
}

function urlOf({ bucket, prefix }: Pick<IDvcRemote, 'bucket' | 'prefix'>): string {
  return `s3://${bucket.bucketName}/${prefix}`;
}

function expiringRules(props: DvcRemoteProps): string[] {
  return expiring(effectsOf(props.lifecycleRules ?? []), prefixOf(props));
}

function freezingRules(props: DvcRemoteProps): string[] {
  return freezing(effectsOf(props.lifecycleRules ?? []), prefixOf(props));
}

function configurationOf(remote: IDvcRemote, region: string | undefined, remoteName = DEFAULT_NAME): string {
  // DVC takes names in lower case, so that `Storage` and `storage` are one remote.
  if (isKnown(remoteName) && !/^[a-z0-9][a-z0-9_-]*$/.test(remoteName)) {
    throw invalid(
      remote,
      'DvcRemoteInvalid',
      `remoteName must be lower-case letters, digits, dashes and underscores, starting with a letter or digit, got ${JSON.stringify(remoteName)}`,
    );
  }
  return dvcConfiguration({ remoteName, url: remote.url, region });
}
