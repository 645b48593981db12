import {
  AddAssociationCommand,
  type AddAssociationCommandInput,
  paginateListAssociations,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { GraphRelation } from '../chain/lineage-graph-plan';
import type { GraphCall } from './graph-call';
import { graphPages } from './graph-pages';

/**
 * Leads from one node of the graph to another, unless somebody did so before.
 *
 * @returns whether it was new
 */
export async function associate(
  sagemaker: SageMakerClient,
  SourceArn: string,
  AssociationType: GraphRelation,
  DestinationArn: string,
  call: GraphCall,
): Promise<boolean> {
  const ends = { SourceArn, DestinationArn } satisfies AddAssociationCommandInput;
  try {
    await sagemaker.send(new AddAssociationCommand({ ...ends, AssociationType }), call);
    return true;
  } catch (error) {
    // SageMaker refuses a second association of the same two, by an error that it does not document.
    if (await isThere(sagemaker, ends, call)) {
      return false;
    }
    throw error;
  }
}

async function isThere(sagemaker: SageMakerClient, ends: AddAssociationCommandInput, call: GraphCall) {
  const pages = graphPages(
    paginateListAssociations({ client: sagemaker }, ends, call),
    `the list of associations of ${ends.SourceArn} and ${ends.DestinationArn}`,
  );
  for await (const { AssociationSummaries = [] } of pages) {
    if (AssociationSummaries.length > 0) {
      return true;
    }
  }
  return false;
}
