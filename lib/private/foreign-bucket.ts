import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { expiring, freezing, type LifecycleEffect } from './content-lifecycle';
import { contract } from './contract';

/**
 * The bucket that a reference stands for, with its key where the app knows it.
 */
export function bucketOf(scope: IConstruct, id: string, reference: s3.IBucketRef): s3.IBucket {
  if ('arnForObjects' in reference) {
    return reference as s3.IBucket;
  }
  return CfnResource.isCfnResource(reference)
    ? s3.Bucket.fromCfnBucket(reference as s3.CfnBucket)
    : s3.Bucket.fromBucketArn(scope, id, reference.bucketRef.bucketArn);
}

/**
 * Says what a bucket that somebody else defined lacks as a DVC remote; of one outside of the app that it was not seen.
 */
export function examineBucket(scope: IConstruct, bucket: s3.IBucket, prefix: string): void {
  const resource = resourceOf(bucket);
  if (!resource) {
    Annotations.of(scope).addInfoV2(
      `${contract.packageName}:DvcRemote.notExamined`,
      'whether the bucket is versioned and encrypted, and whether a lifecycle rule expires or freezes content, cannot ' +
        'be seen from this app; nor is deletion denied by its policy. Look at them where the bucket is defined',
    );
    return;
  }
  const problems = problemsOf(resource, prefix);
  for (const [what, message] of Object.entries(problems)) {
    Annotations.of(scope).addWarningV2(`${contract.packageName}:DvcRemote.${what}`, message);
  }
}

/**
 * Whether a bucket is defined in this app, so that its settings can be looked at.
 */
export function resourceOf(bucket: s3.IBucket): s3.CfnBucket | undefined {
  const resource = bucket.node.defaultChild;
  return resource && CfnResource.isCfnResource(resource) ? (resource as s3.CfnBucket) : undefined;
}

function problemsOf(resource: s3.CfnBucket, prefix: string): Record<string, string> {
  const read = (value: unknown) => Stack.of(resource).resolve(value);
  const effects = resourceEffects(read(resource.lifecycleConfiguration)?.rules ?? []);
  const [expired, frozen] = [expiring(effects, prefix), freezing(effects, prefix)];
  return {
    ...(read(resource.versioningConfiguration)?.status !== 'Enabled' && {
      versioning: 'the bucket is not versioned: an object that is written over or deleted is lost; turn versioning on',
    }),
    ...(read(resource.bucketEncryption) === undefined && {
      encryption: 'the bucket has no encryption of its own, only that of S3 itself; give it a key whose use you decide',
    }),
    ...(expired.length > 0 && {
      expiration: `the bucket expires objects below ${prefix}/, by ${expired.join(', ')}: without its bytes a data commit is worth nothing; give the rule another prefix`,
    }),
    ...(frozen.length > 0 && {
      freezing: `the bucket moves objects below ${prefix}/ to where they cannot be read at once, by ${frozen.join(', ')}: pulling them fails; give the rule another prefix, or another storage class`,
    }),
  };
}

function resourceEffects(rules: readonly s3.CfnBucket.RuleProperty[]): LifecycleEffect[] {
  return rules
    .map((rule, index) => ({ rule, name: rule.id ?? `rule ${index + 1}` }))
    .filter(({ rule }) => rule.status === 'Enabled')
    .map(({ rule, name }) => ({
      name,
      // an intrinsic function is no text.
      keyPrefix: typeof (rule.prefix ?? '') === 'string' ? (rule.prefix ?? '') : undefined,
      expires: rule.expirationInDays !== undefined || rule.expirationDate !== undefined,
      storageClasses: transitionsOf(rule).map(({ storageClass }) => storageClass),
    }));
}

function transitionsOf({ transition, transitions = [] }: s3.CfnBucket.RuleProperty): s3.CfnBucket.TransitionProperty[] {
  return [transition ?? [], transitions].flat() as s3.CfnBucket.TransitionProperty[];
}
