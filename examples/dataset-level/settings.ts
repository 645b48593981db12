import type { Node } from 'constructs';
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

export function stackSettings(node: Node): DatasetLevelStackProps {
  return {
    env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
    platformName: setting(node, 'platformName'),
    dataRepositoryUrl: setting(node, 'dataRepositoryUrl'),
    dataRepositoryTokenSecretArn: setting(node, 'dataRepositoryTokenSecretArn'),
    image: setting(node, 'image'),
  };
}
