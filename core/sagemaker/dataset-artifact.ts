import {
  type ArtifactSource,
  type ArtifactSummary,
  CreateArtifactCommand,
  paginateListArtifacts,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DatasetNode } from '../chain/lineage-graph-plan';
import { expectedDigest } from '../dvc/remote-layout';
import type { GraphCall } from './graph-call';
import { graphPages } from './graph-pages';

const TYPE = 'DataSet';

/**
 * Finds the artifact of a dataset, or makes it. Its properties are those of whoever made it, and stay.
 */
export async function requireDatasetArtifact(
  sagemaker: SageMakerClient,
  dataset: DatasetNode,
  call: GraphCall,
): Promise<string> {
  const there = await findDatasetArtifact(sagemaker, dataset, call);
  if (there !== undefined) {
    return there;
  }
  try {
    const { ArtifactArn } = await sagemaker.send(
      new CreateArtifactCommand({
        ArtifactName: dataset.name,
        ArtifactType: TYPE,
        Source: sourceOf(dataset),
        Properties: { ...dataset.properties },
      }),
      call,
    );
    return required(ArtifactArn);
  } catch (error) {
    // SageMaker keeps one artifact of a source, and refuses the second; it documents no error for that.
    const others = await findDatasetArtifact(sagemaker, dataset, call);
    if (others === undefined) {
      throw error;
    }
    return others;
  }
}

/**
 * The artifact of a dataset; `undefined` where there is none.
 *
 * The service makes artifacts too, of the addresses in a job's request: those know no digest, and are other artifacts.
 */
export async function findDatasetArtifact(
  sagemaker: SageMakerClient,
  dataset: Pick<DatasetNode, 'sourceUri' | 'md5'>,
  call: GraphCall,
): Promise<string | undefined> {
  const pages = graphPages(
    paginateListArtifacts({ client: sagemaker }, { SourceUri: dataset.sourceUri, ArtifactType: TYPE }, call),
    `the list of artifacts of ${dataset.sourceUri}`,
  );
  for await (const { ArtifactSummaries = [] } of pages) {
    const artifact = ArtifactSummaries.find((summary) => isOf(summary, dataset));
    if (artifact) {
      return required(artifact.ArtifactArn);
    }
  }
  return undefined;
}

function isOf({ ArtifactType, Source }: ArtifactSummary, dataset: Pick<DatasetNode, 'sourceUri' | 'md5'>): boolean {
  const [type, ...others] = Source?.SourceTypes ?? [];
  return (
    ArtifactType === TYPE &&
    Source?.SourceUri === dataset.sourceUri &&
    type?.SourceIdType === 'MD5Hash' &&
    type.Value === expectedDigest(dataset.md5) &&
    others.length === 0
  );
}

function sourceOf({ sourceUri, md5 }: DatasetNode): ArtifactSource {
  return { SourceUri: sourceUri, SourceTypes: [{ SourceIdType: 'MD5Hash', Value: expectedDigest(md5) }] };
}

function required(arn: string | undefined): string {
  if (!arn) {
    throw new Error('SageMaker names an artifact without its ARN');
  }
  return arn;
}
