import type { Node } from 'constructs';

/**
 * What whoever deploys the app has to decide, as CDK context.
 */
export interface Settings {
  readonly stackName: string;
  readonly platformName: string;
  readonly dataRepositoryUrl: string;
  /** absent: the repository is read without credentials. */
  readonly dataRepositoryTokenSecretArn?: string;
  /** absent: the first signing key. */
  readonly signingKeyGeneration?: number;
  /** absent: no key has signed before. */
  readonly previousKeyFingerprints?: string[];
  /** absent: no alarms and no dashboard. */
  readonly alarmTopicArn?: string;
}

/**
 * Reads the settings from `cdk.json` or `--context`, and says all that is missing at once.
 */
export function readSettings(node: Node): Settings {
  const missing: string[] = [];
  const read = (key: string, meaning: string): string => {
    const value: unknown = node.tryGetContext(key);
    if (typeof value !== 'string' || value === '') {
      missing.push(`  --context ${key}=<${meaning}>`);
      return '';
    }
    return value;
  };
  const optional = (key: string): string | undefined => {
    const value: unknown = node.tryGetContext(key);
    // cdk.json may have a number, the command line has only text.
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
  };

  const platformName = read('platformName', 'a short name, such as radiology');
  const dataRepositoryUrl = read('dataRepositoryUrl', 'https address of the Git repository with the .dvc files');
  const dataRepositoryTokenSecretArn = optional('dataRepositoryTokenSecretArn');
  const signingKeyGeneration = optional('signingKeyGeneration');
  const previousKeyFingerprints = optional('previousKeyFingerprints');
  const alarmTopicArn = optional('alarmTopicArn');
  if (missing.length > 0) {
    throw new Error(
      `the app needs context that is not set in cdk.json nor on the command line:\n${missing.join('\n')}`,
    );
  }
  return {
    stackName: optional('stackName') ?? `ml-lineage-${platformName}`,
    platformName,
    dataRepositoryUrl,
    ...(dataRepositoryTokenSecretArn ? { dataRepositoryTokenSecretArn } : {}),
    ...(signingKeyGeneration ? { signingKeyGeneration: Number(signingKeyGeneration) } : {}),
    ...(alarmTopicArn ? { alarmTopicArn } : {}),
    ...(previousKeyFingerprints ? { previousKeyFingerprints: previousKeyFingerprints.split(',') } : {}),
  };
}
