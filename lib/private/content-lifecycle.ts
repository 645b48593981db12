import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { isKnown } from './errors';

// whoever pulls an object that lies there gets an error until somebody has restored it; GLACIER_IR answers at once
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html).
const FREEZING: readonly string[] = [s3.StorageClass.GLACIER.value, s3.StorageClass.DEEP_ARCHIVE.value];

/**
 * What a lifecycle rule does to objects that were not written over or deleted.
 */
export interface LifecycleEffect {
  readonly name: string;
  /** the keys that it is about; `undefined` where only the deployment knows. */
  readonly keyPrefix: string | undefined;
  readonly expires: boolean;
  readonly storageClasses: readonly string[];
}

/**
 * The rules of every remote: what is read seldom gets cheaper, and what was never completed goes.
 *
 * From the first day on: Intelligent-Tiering costs what Standard does until an object was not read for 30 days, takes
 * nothing for reading it again, and neither moves nor charges for objects below 128 KB. When a dataset version is trained
 * on for the last time nobody can say beforehand
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html).
 */
export function defaultLifecycle(prefix: string): s3.LifecycleRule[] {
  return [
    {
      id: 'TierContent',
      prefix: contentPrefix(prefix),
      transitions: [{ storageClass: s3.StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) }],
    },
    { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  ];
}

/**
 * Where DVC keeps the objects that it names by their digest.
 */
export function contentPrefix(prefix: string): string {
  return `${prefix}/files/md5/`;
}

/**
 * What the rules of a bucket's props do.
 */
export function effectsOf(rules: readonly s3.LifecycleRule[]): LifecycleEffect[] {
  return rules
    .map((rule, index) => ({ rule, name: rule.id ?? `rule ${index + 1}` }))
    .filter(({ rule }) => rule.enabled !== false)
    .map(({ rule, name }) => ({
      name,
      keyPrefix: rule.prefix === undefined || isKnown(rule.prefix) ? (rule.prefix ?? '') : undefined,
      expires: rule.expiration !== undefined || rule.expirationDate !== undefined,
      storageClasses: (rule.transitions ?? []).map(({ storageClass }) => storageClass.value),
    }));
}

/**
 * The names of rules that expire objects which may be content of a remote.
 */
export function expiring(effects: readonly LifecycleEffect[], prefix: string): string[] {
  return effects.filter((effect) => effect.expires && mayTouch(effect, prefix)).map(({ name }) => name);
}

/**
 * The names of rules that move objects which may be content of a remote to where they cannot be read at once.
 */
export function freezing(effects: readonly LifecycleEffect[], prefix: string): string[] {
  return effects
    .filter((effect) => effect.storageClasses.some((name) => FREEZING.includes(name)) && mayTouch(effect, prefix))
    .map(({ name }) => name);
}

// below the whole prefix, and not below files/md5/ alone: objects of DVC 2 lie directly below it.
function mayTouch({ keyPrefix }: LifecycleEffect, prefix: string): boolean {
  if (keyPrefix === undefined || keyPrefix === '') {
    return keyPrefix === '';
  }
  const keys = `${prefix}/`;
  return isKnown(prefix) && (keyPrefix.startsWith(keys) || keys.startsWith(keyPrefix));
}
