import {
  type CloudFormationClient,
  GetTemplateCommand,
  paginateDescribeStackEvents,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';

const Template = z.object({
  Mappings: z.record(z.string(), z.unknown()).optional(),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
    }),
  ),
});

/**
 * What CloudFormation still knows of a stack that was deleted, for 90 days.
 */
export interface DeletedStack {
  readonly template: z.infer<typeof Template>;
  /** of all its resources, whether they are there or not, by their logical ids. */
  readonly physicalIds: ReadonlyMap<string, string>;
}

/**
 * @param StackName the id of the stack; another one may have its name by now
 */
export async function readDeletedStack(client: CloudFormationClient, StackName: string): Promise<DeletedStack> {
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Processed' }));
  const physicalIds = new Map<string, string>();
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    for (const { LogicalResourceId, PhysicalResourceId } of StackEvents) {
      // the newest event comes first.
      if (LogicalResourceId && PhysicalResourceId && !physicalIds.has(LogicalResourceId)) {
        physicalIds.set(LogicalResourceId, PhysicalResourceId);
      }
    }
  }
  return { template: Template.parse(JSON.parse(TemplateBody)), physicalIds };
}
