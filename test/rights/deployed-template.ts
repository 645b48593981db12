import {
  type CloudFormationClient,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import type { Resource, Resources } from '../lib/concrete-template';

/**
 * The resources of a deployed stack as its template has them, each with the name that it got.
 */
export async function deployedResources(client: CloudFormationClient, StackName: string): Promise<Resources> {
  const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  const physicalIds = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const { LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries) {
      physicalIds.set(LogicalResourceId, PhysicalResourceId);
    }
  }
  const resources = JSON.parse(TemplateBody).Resources as Record<string, Resource>;
  return Object.fromEntries(
    Object.entries(resources).map(([id, resource]) => [id, { ...resource, PhysicalId: physicalIds.get(id) ?? id }]),
  );
}
