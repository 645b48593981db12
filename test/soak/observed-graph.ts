import { paginateListArtifacts, paginateListAssociations } from '@aws-sdk/client-sagemaker';
import type { AwsClients } from '../../sandbox/walk/aws-clients';

const COMPONENT_OF_JOB = /:experiment-trial-component\/(.+)-aws-(?:training|processing)-job$/;

/**
 * The edges between jobs and datasets in SageMaker's lineage graph, by the names of jobs: what the edge says, and the MD5 of
 * the dataset.
 */
export async function observeGraph({ sagemaker }: AwsClients): Promise<Map<string, string[]>> {
  const digests = new Map<string, string>();
  for await (const { ArtifactSummaries = [] } of paginateListArtifacts({ client: sagemaker }, {})) {
    for (const { ArtifactArn = '', Source } of ArtifactSummaries) {
      const digest = Source?.SourceTypes?.find(({ SourceIdType }) => SourceIdType === 'MD5Hash')?.Value;
      if (digest !== undefined) {
        digests.set(ArtifactArn, digest);
      }
    }
  }
  const edges = new Map<string, string[]>();
  for await (const { AssociationSummaries = [] } of paginateListAssociations({ client: sagemaker }, {})) {
    for (const { SourceArn = '', DestinationArn = '', AssociationType } of AssociationSummaries) {
      const digest = digests.get(SourceArn) ?? digests.get(DestinationArn);
      const [, job] = COMPONENT_OF_JOB.exec(SourceArn) ?? COMPONENT_OF_JOB.exec(DestinationArn) ?? [];
      if (digest !== undefined && job !== undefined) {
        edges.set(job, [...(edges.get(job) ?? []), `${AssociationType} ${digest}`].sort());
      }
    }
  }
  return edges;
}
