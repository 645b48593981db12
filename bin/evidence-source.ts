import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { readStackOutputs } from '../core/cloudformation/stack-outputs';
import type { EvidenceSource } from '../core/evidence/verify-evidence';
import { evidenceStore } from '../core/platform/evidence-source';

/**
 * The evidence store of the platform in a stack.
 */
export async function storeOfStack(stack: string): Promise<EvidenceSource & { readonly bucket: string }> {
  const addresses = await readStackOutputs(new CloudFormationClient(), stack);
  return { ...evidenceStore(addresses, {}), bucket: addresses.evidenceBucketName };
}
