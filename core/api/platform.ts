import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type PlatformAddresses, readStackOutputs } from '../cloudformation/stack-outputs';
import { LineageError } from '../lineage-error';
import type { AwsAccess } from '../platform/aws-access';
import { assertMatches } from './arguments';

/**
 * A lineage platform that was read from its stack. Only `readPlatform` makes one.
 */
export interface Platform {
  /** of the stack that it is in. */
  readonly stackName: string;
  /** as it was named when it was deployed. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/**
 * What is known of a platform, and how it is asked.
 */
export interface OpenedPlatform {
  readonly addresses: PlatformAddresses;
  readonly access: AwsAccess;
}

const opened = new WeakMap<Platform, OpenedPlatform>();

/**
 * Reads from the outputs of a stack where the parts of its platform are.
 *
 * @param stackName of a CloudFormation stack whose `LineagePlatform` was told to `addOutputs()`
 * @param access whom AWS is asked as, and where; everything about the platform is asked so from then on
 * @throws LineageError `invalid-argument`, `stack-not-found` or `stack-without-platform`
 * @throws Error as CloudFormation, or what looks for credentials and region, has it; its `name` is AWS's code of the error
 */
export async function readPlatform(stackName: string, access: AwsAccess = {}): Promise<Platform> {
  assertMatches('stackName', 'stackName', stackName);
  const addresses = await readStackOutputs(new CloudFormationClient(access), stackName);
  const [, , , region = '', account = ''] = addresses.mlflowAppArn.split(':');
  const platform = Object.freeze({ stackName, name: addresses.platformName, account, region });
  opened.set(platform, { addresses, access: { ...access } });
  return platform;
}

/**
 * What is behind a platform. None is taken that somebody put together.
 */
export function openPlatform(platform: Platform): OpenedPlatform {
  const found = opened.get(platform);
  if (!found) {
    throw new LineageError('invalid-argument', 'platform must be what readPlatform() has answered');
  }
  return found;
}
