import {
  type CloudFormationClient,
  DescribeStacksCommand,
  type DescribeStacksCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { ToolkitSetup } from '../chain/attestation';
import { contract, pattern } from '../contract';
import { AllowedRepository } from '../git/allowed-repositories';
import { LineageError } from '../lineage-error';

const names = contract.stackOutputs;

/** Text that is JSON. */
export const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
});

const Outputs = z.object({
  [names.dvcRemoteUrl]: z.string().regex(pattern('dvcRemoteUrl')),
  [names.mlflowAppArn]: z.string().regex(pattern('mlflowAppArn')),
  [names.dataRepositories]: json.pipe(z.array(AllowedRepository)),
  [names.jobToolkit]: json.pipe(ToolkitSetup),
  [names.platformName]: z.string().regex(pattern('platformName')),
  [names.evidenceBucketName]: z.string().regex(pattern('s3Bucket')),
});

/**
 * What a stack says of its platform, so that nobody has to look up addresses by hand.
 */
export interface PlatformAddresses {
  readonly dvcRemoteUrl: string;
  readonly mlflowAppArn: string;
  readonly dataRepositories: readonly AllowedRepository[];
  readonly jobToolkit: ToolkitSetup;
  readonly platformName: string;
  readonly evidenceBucketName: string;
}

/**
 * Reads the outputs that `LineagePlatform.addOutputs` adds to a stack.
 */
export async function readStackOutputs(client: CloudFormationClient, stackName: string): Promise<PlatformAddresses> {
  return addressesOf(stackName, await readOutputs(client, stackName));
}

/**
 * The same, of outputs that were read already.
 */
export function addressesOf(stackName: string, outputs: StackOutputs): PlatformAddresses {
  const result = Outputs.safeParse(outputs);
  if (!result.success) {
    throw new LineageError(
      'stack-without-platform',
      `the stack ${stackName} does not say where its platform is; call addOutputs() of its LineagePlatform and deploy it again: ${z.prettifyError(result.error)}`,
    );
  }
  return {
    dvcRemoteUrl: result.data[names.dvcRemoteUrl] as string,
    mlflowAppArn: result.data[names.mlflowAppArn] as string,
    dataRepositories: result.data[names.dataRepositories] as AllowedRepository[],
    jobToolkit: result.data[names.jobToolkit] as ToolkitSetup,
    platformName: result.data[names.platformName] as string,
    evidenceBucketName: result.data[names.evidenceBucketName] as string,
  };
}

/**
 * The outputs of a stack by their names.
 */
export type StackOutputs = Readonly<Record<string, string | undefined>>;

/**
 * All outputs of a stack, whoever added them.
 */
export async function readOutputs(client: CloudFormationClient, stackName: string): Promise<StackOutputs> {
  const { Stacks = [] } = await describe(client, stackName);
  return Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

async function describe(client: CloudFormationClient, stackName: string): Promise<DescribeStacksCommandOutput> {
  try {
    return await client.send(new DescribeStacksCommand({ StackName: stackName }));
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message)) {
      throw new LineageError(
        'stack-not-found',
        `there is no stack ${stackName} in the region ${await client.config.region()} of this account; aws cloudformation list-stacks names those that are there`,
        { cause: error },
      );
    }
    throw error;
  }
}
