import type {
  ContainerDefinition,
  InferenceComponentContainerSpecificationSummary,
  ModelPackageContainerDefinition,
} from '@aws-sdk/client-sagemaker';
import type { DescribedContainer, ModelData } from '../chain/deployment';

/**
 * A container as a model or a model package defines it.
 */
export function describedContainer(
  definition: ContainerDefinition | ModelPackageContainerDefinition,
): DescribedContainer {
  return {
    image: definition.Image,
    data: dataOf(definition),
    packageArn: 'ModelPackageName' in definition ? definition.ModelPackageName : undefined,
  };
}

/**
 * The container that an inference component brings along.
 */
export function describedComponentContainer({
  DeployedImage,
  ArtifactUrl,
}: InferenceComponentContainerSpecificationSummary): DescribedContainer {
  return {
    image: DeployedImage?.SpecifiedImage,
    data: dataOf(ArtifactUrl === undefined ? {} : { ModelDataUrl: ArtifactUrl }),
    packageArn: undefined,
  };
}

function dataOf(definition: ContainerDefinition | ModelPackageContainerDefinition): ModelData {
  const { ModelDataUrl, ModelDataSource, AdditionalModelDataSources = [] } = definition;
  const source = ModelDataSource?.S3DataSource;
  const mode = 'Mode' in definition ? definition.Mode : undefined;
  // adapters, further models: bytes that no training job wrote as its one model.
  const hasMore = AdditionalModelDataSources.length > 0 || 'AdditionalS3DataSource' in definition;
  if (ModelDataUrl === undefined && source === undefined) {
    return hasMore ? { kind: 'no-single-object' } : { kind: 'none' };
  }
  const uri = ModelDataUrl ?? (source?.S3DataType === 'S3Object' ? source.S3Uri : undefined);
  const isBoth = ModelDataUrl !== undefined && source?.S3Uri !== undefined && source.S3Uri !== ModelDataUrl;
  return uri === undefined || hasMore || isBoth || mode === 'MultiModel' || !uri.startsWith('s3://')
    ? { kind: 'no-single-object' }
    : { kind: 'object', uri };
}
