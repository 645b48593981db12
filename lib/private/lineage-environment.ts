import { posix } from 'node:path';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { IDataRepository } from '../data-repository';
import type { LineagePlatform } from '../lineage-platform';
import { contract } from './contract';
import { invalid, isKnown } from './errors';

const names = contract.jobEnvironment;

/**
 * What all jobs of one dataset and one experiment have in common.
 */
export interface LineageEnvironmentOptions {
  readonly platform: LineagePlatform;
  readonly dataRepository: IDataRepository;
  readonly datasetPath?: string;
  readonly experimentName: string;
  readonly registeredModelName?: string;
}

/**
 * The variables that carry the lineage into a job, but for what each job has of its own: the data revision first of all.
 *
 * @param tokenSecret the one that the job's role may read
 */
export function lineageEnvironment(
  options: LineageEnvironmentOptions,
  tokenSecret: secretsmanager.ISecret | undefined,
): Record<string, string> {
  const { dataRepository, datasetPath, experimentName, platform, registeredModelName } = options;
  const { branch, url } = dataRepository;
  return {
    [names.dataRepositoryUrl]: url,
    // scripts of AWS's sample read it; an address that only the deployment knows cannot be taken apart.
    ...(isKnown(url) && { [names.dataRepositoryName]: posix.basename(url, '.git') }),
    [names.dataBranch]: branch,
    ...(tokenSecret && { [names.dataRepositoryTokenSecretArn]: tokenSecret.secretArn }),
    [names.dvcRemoteUrl]: platform.dvcRemote.url,
    [names.datasetPath]: datasetPath ?? 'dataset',
    [names.mlflowTrackingUri]: platform.mlflowApp.mlflowAppArn,
    [names.mlflowExperimentName]: experimentName,
    [names.mlflowRegisteredModelName]: registeredModelName ?? experimentName,
  };
}

/**
 * Fails where the user's own variables would replace some that carry the lineage.
 */
export function refuseReplacing(
  scope: IConstruct,
  code: string,
  carried: Record<string, unknown>,
  own: Record<string, string> = {},
): void {
  const taken = Object.keys(own).filter((name) => name in carried);
  if (taken.length > 0) {
    throw invalid(
      scope,
      code,
      `environment must not set what carries the lineage, got ${taken.join(', ')}; leave it out`,
    );
  }
}
