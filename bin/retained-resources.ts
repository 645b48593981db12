import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  paginateListStacks,
  type StackSummary,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';

/**
 * Something that CloudFormation leaves in place when its stack is deleted.
 */
export interface RetainedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
}

export interface Retained {
  readonly stackName: string;
  readonly stackId: string;
  /** whether the stack is deleted, so that its resources belong to none. */
  readonly isDeleted: boolean;
  readonly resources: readonly RetainedResource[];
}

interface FoundStack {
  readonly StackName: string;
  readonly StackId: string;
  readonly isDeleted: boolean;
}

const DELETED = 'DELETE_COMPLETE';
const RETAINING = ['Retain', 'RetainExceptOnCreate'];

const Template = z.object({ Resources: z.record(z.string(), z.object({ DeletionPolicy: z.string().optional() })) });

/**
 * Finds out what of a stack was kept when it was deleted, or would be kept if it were.
 *
 * @param stack the name or the id of a stack. A name stands for the stack of today, else for the one deleted last;
 * CloudFormation knows deleted ones for 90 days.
 */
export async function readRetained(client: CloudFormationClient, stack: string): Promise<Retained> {
  const { StackName, StackId, isDeleted } = (await liveStack(client, stack)) ?? (await lastDeleted(client, stack));
  const resources = await (isDeleted ? skippedByDeletion(client, StackId) : retainedByTemplate(client, StackId));
  return { stackName: StackName, stackId: StackId, isDeleted, resources };
}

// the events tell what deletion left out, and what an update had left behind before.
async function skippedByDeletion(client: CloudFormationClient, StackName: string): Promise<RetainedResource[]> {
  const skipped = new Map<string, RetainedResource>();
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    for (const event of StackEvents) {
      const resource = event.ResourceStatus === 'DELETE_SKIPPED' ? resourceOf(event) : undefined;
      if (resource) {
        skipped.set(resource.physicalId, resource);
      }
    }
  }
  // the newest event comes first; of two resources with one logical id the later one shall be imported.
  return [...skipped.values()].reverse();
}

async function retainedByTemplate(client: CloudFormationClient, StackName: string): Promise<RetainedResource[]> {
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Processed' }));
  const { Resources } = Template.parse(JSON.parse(TemplateBody));
  const resources: RetainedResource[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const summary of StackResourceSummaries) {
      const resource = resourceOf(summary);
      if (resource && RETAINING.includes(Resources[resource.logicalId]?.DeletionPolicy ?? '')) {
        resources.push(resource);
      }
    }
  }
  return resources;
}

function resourceOf(told: {
  ResourceType?: string | undefined;
  LogicalResourceId?: string | undefined;
  PhysicalResourceId?: string | undefined;
}): RetainedResource | undefined {
  const { ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId } = told;
  return type && logicalId && physicalId ? { type, logicalId, physicalId } : undefined;
}

async function liveStack(client: CloudFormationClient, stack: string): Promise<FoundStack | undefined> {
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return found && named({ ...found, isDeleted: found.StackStatus === DELETED });
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

async function lastDeleted(client: CloudFormationClient, stack: string): Promise<FoundStack> {
  const deleted: StackSummary[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks({ client }, { StackStatusFilter: [DELETED] })) {
    deleted.push(...StackSummaries.filter(({ StackName }) => StackName === stack));
  }
  const at = ({ DeletionTime }: StackSummary) => DeletionTime?.getTime() ?? 0;
  const [last] = deleted.sort((one, other) => at(other) - at(one));
  if (!last) {
    throw new Error(
      `there is no stack ${stack} in the region ${await client.config.region()} of this account, and none of this name was deleted in the last 90 days`,
    );
  }
  return named({ ...last, isDeleted: true });
}

function named(found: { StackName?: string; StackId?: string; isDeleted: boolean }): FoundStack {
  const { StackName, StackId, isDeleted } = found;
  if (!StackName || !StackId) {
    throw new Error('CloudFormation answered with a stack that has no name or no id');
  }
  return { StackName, StackId, isDeleted };
}
