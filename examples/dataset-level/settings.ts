import { Duration } from 'aws-cdk-lib';
import type { Node } from 'constructs';
// in a project of your own: from 'cdk-ml-lineage'.
import { JobImage } from '../../lib';
import type { DatasetLevelStackProps } from './stack';

/**
 * Reads one setting from the command line or cdk.json.
 */
export function setting(node: Node, name: string): string {
  const value: unknown = node.tryGetContext(name);
  if (typeof value !== 'string' || value === '') {
    throw new Error(`the example needs the context ${name}: --context ${name}=<value>`);
  }
  return value;
}

/**
 * How long statements are kept, in days: one that was written cannot be deleted before.
 */
function evidenceRetention(node: Node): Pick<DatasetLevelStackProps, 'evidenceRetention'> {
  const days: unknown = node.tryGetContext('evidenceRetentionDays');
  if (days === undefined) {
    return {};
  }
  if (!/^[1-9][0-9]{0,4}$/.test(String(days))) {
    throw new Error(`the context evidenceRetentionDays must be a whole number of days, from 1 on, got ${String(days)}`);
  }
  return { evidenceRetention: Duration.days(Number(days)) };
}

export function stackSettings(node: Node): DatasetLevelStackProps {
  return {
    env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
    platformName: setting(node, 'platformName'),
    dataRepositoryUrl: setting(node, 'dataRepositoryUrl'),
    dataRepositoryTokenSecretArn: setting(node, 'dataRepositoryTokenSecretArn'),
    image: JobImage.fromUri(setting(node, 'image')),
    ...evidenceRetention(node),
  };
}
