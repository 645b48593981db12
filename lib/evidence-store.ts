import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { EvidenceStoreGrants } from './evidence-store-grants';
import { contract, matches } from './private/contract';
import { defineAccessLogBucket } from './private/data-bucket';
import { enforce, isKnown, type Rule } from './private/errors';
import { defineEvidenceBucket } from './private/evidence-bucket';
import { defineSigningKey } from './private/signing-key';

// seven years, two of them leap years.
const DEFAULT_RETENTION = Duration.days(2557);

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
const LONGEST_RETENTION_DAYS = 36_500;

const LAST_GENERATION = 999;

const PREVIOUS_KEYS_RULES: readonly Rule<Pick<EvidenceStoreOptions, 'previousKeyFingerprints'>>[] = [
  {
    // what is only known at deployment cannot be checked, and a wrong one would park every derivation of an older chain.
    broken: ({ previousKeyFingerprints = [] }) => !previousKeyFingerprints.every((text) => matches('sha256', text)),
    message: ({ previousKeyFingerprints }) =>
      `previousKeyFingerprints must hold SHA-256 digests of 64 hexadecimal digits in lower case, known at synthesis, got ${JSON.stringify(previousKeyFingerprints)}`,
  },
  {
    broken: ({ previousKeyFingerprints = [] }) =>
      previousKeyFingerprints.length > contract.limits.evidencePreviousKeys ||
      new Set(previousKeyFingerprints).size < previousKeyFingerprints.length,
    message: ({ previousKeyFingerprints }) =>
      `previousKeyFingerprints must hold at most ${contract.limits.evidencePreviousKeys} fingerprints, each once, got ${previousKeyFingerprints?.length}`,
  },
];

const RULES: readonly Rule<EvidenceStoreProps>[] = [
  {
    broken: ({ platformName }) => isKnown(platformName) && !matches('platformName', platformName),
    message: ({ platformName }) =>
      `platformName must be 2 to 32 lower-case letters, digits and inner dashes, starting with a letter, got ${JSON.stringify(platformName)}`,
  },
  {
    broken: ({ retention }) => retention !== undefined && !retention.isUnresolved() && !isRetention(retention),
    message: ({ retention }) =>
      `retention must be 1 to ${LONGEST_RETENTION_DAYS} whole days, got ${retention?.toHumanString()}`,
  },
  {
    broken: ({ signingKeyGeneration: generation }) => isKnown(generation) && !isGeneration(generation),
    message: ({ signingKeyGeneration }) =>
      `signingKeyGeneration must be a whole number from 1 to ${LAST_GENERATION}, got ${signingKeyGeneration}`,
  },
  ...PREVIOUS_KEYS_RULES,
];

/**
 * Where the signed statements of a platform are kept, and what they are signed with.
 */
export interface IEvidenceStore extends IConstruct {
  /**
   * The platform whose statements these are: the first part of all keys.
   */
  readonly platformName: string;

  /**
   * The bucket with the statements and the public keys.
   */
  readonly bucket: s3.IBucket;

  /**
   * The key that signs new statements.
   */
  readonly signingKey: kms.IKey;

  /**
   * The fingerprints of the keys that signed before the signing key, and whose statements are still believed.
   */
  readonly previousKeyFingerprints: string[];

  /**
   * Who may add statements, or read them.
   */
  readonly grants: EvidenceStoreGrants;
}

/**
 * How statements are kept, and what they are signed with.
 */
export interface EvidenceStoreOptions {
  /**
   * How long Object Lock keeps each statement, from the moment it is written. A change applies to later statements only.
   *
   * Even after this time nobody can delete a statement before the bucket's policy is changed.
   *
   * @default - 2557 days, which is seven years
   */
  readonly retention?: Duration;

  /**
   * Whom Object Lock keeps from deleting statements.
   *
   * In governance mode, whoever may change the bucket's policy and has `s3:BypassGovernanceRetention` can still delete,
   * in two steps that CloudTrail records. In compliance mode nobody can, not even the root user of the account or AWS
   * Support: a statement that should never have been written, or that somebody has a right to have erased, stays until
   * its retention ends.
   *
   * @default s3.ObjectLockMode.GOVERNANCE
   */
  readonly retentionMode?: s3.ObjectLockMode;

  /**
   * The key that encrypts the statements. Whoever disables or deletes it makes them unreadable, locked or not.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - keys of S3 itself, which nobody can lose
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Which signing key this is, counted from 1. Raise it by one to bring in a new key: keys for signatures do not rotate
   * by themselves.
   *
   * The key before stays in the account, unless removalPolicy is DESTROY; what it signed stays verifiable either way.
   *
   * @default 1
   */
  readonly signingKeyGeneration?: number;

  /**
   * The fingerprints of the keys of earlier generations: the SHA-256 of each public key, as those who verify were told it.
   *
   * A writer goes on with a chain only where the chain's last statement was signed by the signing key or by one of these.
   * Which keys are believed is decided here and not by the public keys in the bucket, where a forger could put one.
   *
   * @default - none: a chain whose last statement was signed by another key is not continued, and what was to be added to
   * it is parked
   */
  readonly previousKeyFingerprints?: string[];

  /**
   * The bucket that receives the access logs of this store.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new bucket with S3-managed encryption
   */
  readonly accessLogBucket?: s3.IBucket;

  /**
   * What becomes of bucket and signing key when the stack is deleted.
   *
   * With DESTROY the signing key is scheduled for deletion; CloudFormation can delete the bucket only while it is empty.
   * Statements stay verifiable without the signing key, by the public key that lies beside them.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Properties of an EvidenceStore.
 */
export interface EvidenceStoreProps extends EvidenceStoreOptions {
  /**
   * The name of the platform whose statements are kept. Unique in the account and region.
   */
  readonly platformName: string;
}

/**
 * What has to be known of an evidence store that exists already.
 */
export interface EvidenceStoreAttributes {
  /**
   * The name of the platform whose statements are kept.
   */
  readonly platformName: string;

  /**
   * The bucket with the statements; import it with its encryption key if it has one of its own.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly bucket: s3.IBucket;

  /**
   * The key that signs new statements.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly signingKey: kms.IKey;

  /**
   * The fingerprints of the keys of earlier generations, as the store itself has them.
   *
   * @default - none: a chain whose last statement was signed by another key is not continued, and what was to be added to
   * it is parked
   */
  readonly previousKeyFingerprints?: string[];
}

/**
 * A write-once S3 bucket for signed statements, and the KMS key that signs them.
 *
 * A key is written once, by a request that fails where something is there already. Overwriting, deleting, hiding behind
 * a delete marker and changing the retention are denied to everybody, the root user included; the bucket's owner can
 * change that policy, and CloudTrail says who did. The signing key obeys only those whom its own policy names, whatever
 * other policies allow.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
export class EvidenceStore extends Construct implements IEvidenceStore {
  /**
   * A store that another stack or account defines. Grants on it reach the grantee's own policies only.
   */
  static fromEvidenceStoreAttributes(scope: Construct, id: string, attrs: EvidenceStoreAttributes): IEvidenceStore {
    class Import extends Construct implements IEvidenceStore {
      readonly platformName = attrs.platformName;
      readonly bucket = attrs.bucket;
      readonly signingKey = attrs.signingKey;
      readonly previousKeyFingerprints = attrs.previousKeyFingerprints ?? [];
      readonly grants = EvidenceStoreGrants.fromEvidenceStore(this);
    }
    const imported = new Import(scope, id);
    enforce(imported, 'EvidenceStoreInvalid', attrs, PREVIOUS_KEYS_RULES);
    return imported;
  }

  public readonly platformName: string;
  public readonly bucket: s3.IBucket;
  public readonly signingKey: kms.IKey;
  public readonly previousKeyFingerprints: string[];
  public readonly grants: EvidenceStoreGrants;

  constructor(scope: Construct, id: string, props: EvidenceStoreProps) {
    super(scope, id);
    enforce(this, 'EvidenceStoreInvalid', props, RULES);
    this.warn(props);

    this.platformName = props.platformName;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.bucket = defineEvidenceBucket(this, 'Bucket', {
      retention: props.retention ?? DEFAULT_RETENTION,
      retentionMode: props.retentionMode ?? s3.ObjectLockMode.GOVERNANCE,
      encryptionKey: props.encryptionKey,
      accessLogBucket: props.accessLogBucket ?? defineAccessLogBucket(this, 'AccessLogs'),
      removalPolicy,
    });
    this.signingKey = defineSigningKey(this, 'SigningKey', {
      description: `Signs the evidence of the lineage platform ${props.platformName}`,
      alias: `${contract.packageName}/evidence/${props.platformName}`,
      generation: props.signingKeyGeneration ?? 1,
      removalPolicy,
    });
    this.previousKeyFingerprints = props.previousKeyFingerprints ?? [];
    this.grants = EvidenceStoreGrants.fromEvidenceStore(this);
  }

  private warn(props: EvidenceStoreProps): void {
    const { retentionMode, encryptionKey, removalPolicy } = props;
    const { signingKeyGeneration = 1, previousKeyFingerprints = [] } = props;
    const warn = (what: string, message: string) =>
      Annotations.of(this).addWarningV2(`${contract.packageName}:EvidenceStore.${what}`, message);
    if (retentionMode === s3.ObjectLockMode.COMPLIANCE) {
      warn(
        'compliance',
        'in compliance mode nobody can erase a statement before its retention ends, not even the root user or AWS ' +
          'Support. A request to erase what a statement says cannot be met until then: make sure that no name, ' +
          'parameter or explanation in it can identify a person',
      );
    }
    if (encryptionKey) {
      warn(
        'encryptionKey',
        'whoever disables or deletes the encryption key makes all evidence unreadable, and Object Lock does not ' +
          'prevent it. Leave encryptionKey out unless a rule of yours demands such a key',
      );
    }
    if (isKnown(signingKeyGeneration) && signingKeyGeneration > 1 && previousKeyFingerprints.length === 0) {
      warn(
        'previousKeyFingerprints',
        'no chain that the signing key before has signed will be continued: what is to be added to one is parked. Name ' +
          'the fingerprint of that key in previousKeyFingerprints',
      );
    }
    if (removalPolicy === RemovalPolicy.DESTROY) {
      warn(
        'removalPolicy',
        'deleting the stack will schedule the signing key for deletion, and delete the bucket if it is empty. ' +
          'Statements stay, because Object Lock and the bucket policy keep them; the deletion of the stack then fails',
      );
    }
  }
}

function isRetention(retention: Duration): boolean {
  const days = retention.toDays({ integral: false });
  return Number.isInteger(days) && days >= 1 && days <= LONGEST_RETENTION_DAYS;
}

function isGeneration(generation: number): boolean {
  return Number.isInteger(generation) && generation >= 1 && generation <= LAST_GENERATION;
}
