import { Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { contentPrefix } from './content-lifecycle';
import { invalid } from './errors';

const PROTECTIONS = new WeakMap<s3.IBucket, ContentProtection>();

/**
 * Keeps everybody from deleting the content of a remote, whatever other policies allow, but for the one role that
 * collects garbage.
 */
export class ContentProtection {
  /**
   * The protection of a remote; of a bucket that this library did not define there is none.
   */
  static of(bucket: s3.IBucket, prefix: string): ContentProtection | undefined {
    const protection = PROTECTIONS.get(bucket);
    return protection?.prefix === prefix ? protection : undefined;
  }

  private readonly denial: iam.PolicyStatement;
  private collector?: iam.IRole;

  constructor(
    private readonly bucket: s3.Bucket,
    private readonly prefix: string,
  ) {
    this.denial = new iam.PolicyStatement({
      sid: 'ContentStays',
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      resources: [bucket.arnForObjects(`${contentPrefix(prefix)}*`)],
    });
    bucket.addToResourcePolicy(this.denial);
    PROTECTIONS.set(bucket, this);
  }

  /**
   * Takes one role out of the denial.
   */
  exempt(role: iam.IRole): void {
    if (this.collector?.roleArn === role.roleArn) {
      return;
    }
    if (this.collector) {
      throw invalid(
        role,
        'DvcRemoteInvalid',
        `collectGarbage must be granted to one role only, got ${role.node.path}, but ${this.collector.node.path} has it already; let that role delete, or grant it to this one alone`,
      );
    }
    // each of two stacks would wait for the other: the bucket's policy names the role, and the role's policy the bucket.
    if (Resource.isOwnedResource(role) && Stack.of(role) !== Stack.of(this.bucket)) {
      throw invalid(
        role,
        'DvcRemoteInvalid',
        `collectGarbage must be granted to a role of the remote's own stack, got ${role.node.path}; define it in ${Stack.of(this.bucket).node.path}, or import it by its ARN`,
      );
    }
    this.collector = role;
    this.denial.addCondition('ArnNotEquals', { 'aws:PrincipalArn': role.roleArn });
  }
}
