import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { json, readOutputs } from '../core/cloudformation/stack-outputs';
import { contract, pattern } from '../core/contract';

const names = contract.stackOutputs;

const queueUrl = z.url({ protocol: /^https?$/ });

const Outputs = z
  .object({
    [names.platformName]: z.string().regex(pattern('platformName')),
    [names.dvcRemoteUrl]: z.string().regex(pattern('dvcRemoteUrl')),
    [names.mlflowAppArn]: z.string().regex(pattern('mlflowAppArn')),
    [names.evidenceBucketName]: z.string().regex(pattern('s3Bucket')),
    [names.signingKeyArn]: z.string().startsWith('arn:'),
    [names.derivationQueueUrl]: queueUrl,
    [names.changesQueueUrl]: queueUrl,
    [names.jobRoleArns]: json.pipe(z.array(z.string().regex(pattern('roleArn')))),
    [names.previousKeyFingerprints]: json.pipe(z.array(z.string().regex(pattern('sha256')))),
  })
  .transform((outputs) => ({
    platform: outputs[names.platformName] as string,
    dvcRemoteUrl: outputs[names.dvcRemoteUrl] as string,
    mlflowAppArn: outputs[names.mlflowAppArn] as string,
    evidenceBucketName: outputs[names.evidenceBucketName] as string,
    signingKeyArn: outputs[names.signingKeyArn] as string,
    queueUrls: {
      derivation: outputs[names.derivationQueueUrl] as string,
      changes: outputs[names.changesQueueUrl] as string,
    },
    jobRoleArns: outputs[names.jobRoleArns] as string[],
    previousKeyFingerprints: outputs[names.previousKeyFingerprints] as string[],
  }));

/**
 * What a walk over the estate of a platform has to know of it.
 */
export type WalkAddresses = z.infer<typeof Outputs>;

/**
 * Reads it from the outputs that `LineagePlatform.addOutputs` adds to a stack.
 */
export async function readWalkAddresses(client: CloudFormationClient, stackName: string): Promise<WalkAddresses> {
  const result = Outputs.safeParse(await readOutputs(client, stackName));
  if (!result.success) {
    throw new Error(
      `the stack ${stackName} does not say where its platform is; call addOutputs() of its LineagePlatform and deploy it again: ${z.prettifyError(result.error)}`,
    );
  }
  return result.data;
}
