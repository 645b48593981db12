import { Token, TokenComparison } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IEvidenceStore } from './evidence-store';
import {
  ADD_OBJECTS,
  LIST_OBJECT_VERSIONS,
  LIST_OBJECTS,
  READ_DEFAULT_RETENTION,
  READ_ENCRYPTED,
  READ_OBJECT_VERSIONS,
  READ_PUBLIC_KEY,
  READ_RETENTION,
  SIGN,
  WRITE_ENCRYPTED,
} from './private/perms';

type Conditions = Record<string, Record<string, unknown>>;

// what the library signs, and nothing else: digests, with the one algorithm that its verifiers accept.
const ONLY_DIGESTS: Conditions = {
  StringEquals: { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': 'ECDSA_SHA_256' },
};

/**
 * Grants on the evidence of one platform.
 *
 * A grantee in another account has to be named twice: once on the store itself, which writes its bucket and key
 * policies, and once on the import of the store beside the grantee. A grantee of another stack in the same account is
 * to be named by `iam.Role.fromRoleArn`, or each stack would wait for the other one.
 */
export class EvidenceStoreGrants {
  /**
   * Grants for a store, new or imported.
   */
  static fromEvidenceStore(store: IEvidenceStore): EvidenceStoreGrants {
    return new EvidenceStoreGrants(store);
  }

  private constructor(private readonly store: IEvidenceStore) {}

  /**
   * Signs statements and adds them under keys that are free: what the writer of evidence needs.
   *
   * It reads the platform's statements too, because each one names the one before.
   */
  append(grantee: iam.IGrantable): iam.Grant {
    return this.list(grantee)
      .combine(this.onObjects(grantee, READ_OBJECT_VERSIONS))
      .combine(this.onObjects(grantee, ADD_OBJECTS, { Null: { 's3:if-none-match': 'false' } }))
      .combine(this.onEncryptionKey(grantee, WRITE_ENCRYPTED))
      .combine(this.readPublicKey(grantee))
      .combine(this.sign(grantee));
  }

  /**
   * Reads the platform's statements with all versions and their retention, and the public key: what an auditor needs.
   */
  read(grantee: iam.IGrantable): iam.Grant {
    return this.verify(grantee)
      .combine(this.onBucket(grantee, READ_DEFAULT_RETENTION))
      .combine(this.onObjects(grantee, READ_RETENTION));
  }

  /**
   * Reads the platform's statements with all versions, and the public key: what it takes to verify them.
   */
  verify(grantee: iam.IGrantable): iam.Grant {
    return this.list(grantee)
      .combine(this.onObjects(grantee, READ_OBJECT_VERSIONS))
      .combine(this.onEncryptionKey(grantee, READ_ENCRYPTED))
      .combine(this.readPublicKey(grantee));
  }

  private list(grantee: iam.IGrantable): iam.Grant {
    return this.onBucket(grantee, [...LIST_OBJECTS, ...LIST_OBJECT_VERSIONS], {
      StringLike: { 's3:prefix': `${this.store.platformName}/*` },
    });
  }

  private onBucket(grantee: iam.IGrantable, actions: string[], conditions: Conditions = {}): iam.Grant {
    const { bucket } = this.store;
    return allow({ grantee, actions, conditions, resource: bucket, arn: bucket.bucketArn, ownArn: bucket.bucketArn });
  }

  private onObjects(grantee: iam.IGrantable, actions: string[], conditions: Conditions = {}): iam.Grant {
    const { bucket, platformName } = this.store;
    const arn = bucket.arnForObjects(`${platformName}/*`);
    return allow({ grantee, actions, conditions, resource: bucket, arn, ownArn: arn });
  }

  private onEncryptionKey(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const key = this.store.bucket.encryptionKey;
    return key ? key.grant(grantee, ...actions) : iam.Grant.drop(grantee, 'the keys of S3 itself need no right');
  }

  private readPublicKey(grantee: iam.IGrantable): iam.Grant {
    return allow({ grantee, actions: READ_PUBLIC_KEY, conditions: {}, ...this.onSigningKey() });
  }

  // in the key's policy always: an identity policy alone must not be enough to sign.
  private sign(grantee: iam.IGrantable): iam.Grant {
    const allowance = { grantee, actions: SIGN, conditions: ONLY_DIGESTS, ...this.onSigningKey() };
    return allowPrincipal(allowance).combine(allowInResourcePolicy(allowance));
  }

  private onSigningKey() {
    const { signingKey } = this.store;
    // a key policy that named its key would have to wait for it.
    return { resource: signingKey, arn: signingKey.keyArn, ownArn: '*' };
  }
}

interface Allowance {
  readonly grantee: iam.IGrantable;
  readonly actions: string[];
  readonly conditions: Conditions;
  readonly resource: iam.IResourceWithPolicyV2;
  readonly arn: string;
  /** how the resource's own policy names what is allowed. */
  readonly ownArn: string;
}

// the CDK's addToPrincipalOrResource does the same, but leaves the conditions out of the resource's policy.
function allow(allowance: Allowance): iam.Grant {
  const grant = allowPrincipal(allowance);
  return grant.success && isSameAccount(allowance) ? grant : grant.combine(allowInResourcePolicy(allowance));
}

function allowPrincipal({ grantee, actions, conditions, arn }: Allowance): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, conditions, resourceArns: [arn] });
}

function allowInResourcePolicy({ grantee, actions, conditions, resource, ownArn }: Allowance): iam.Grant {
  const resources = [ownArn];
  const statement = new iam.PolicyStatement({ actions, conditions, resources, principals: [grantee.grantPrincipal] });
  return iam.Grant.addStatementToResourcePolicy({ grantee, actions, resource, statement, resourceArns: resources });
}

function isSameAccount({ grantee, resource }: Allowance): boolean {
  const account = grantee.grantPrincipal.principalAccount;
  return account === undefined || Token.compareStrings(resource.env.account, account) !== TokenComparison.DIFFERENT;
}
