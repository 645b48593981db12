import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { LineagePlatform } from '../lineage-platform';

/**
 * The policy of whoever may ask a platform, as its grant makes it: core/doctor/reader-policy reads it.
 */
export function describeReaderPolicy(platform: LineagePlatform): string {
  // attached to nobody, so that no template has it: it only collects what it is granted.
  const policy = new iam.Policy(platform, 'ReaderPolicy');
  platform.grants.read(policy);
  return Stack.of(platform).toJsonString(policy.document);
}
