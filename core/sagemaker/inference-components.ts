import {
  DescribeInferenceComponentCommand,
  type DescribeInferenceComponentOutput,
  type InferenceComponentSpecificationSummary,
  type InferenceComponentStatus,
  paginateListInferenceComponents,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DescribedContainer } from '../chain/deployment';
import type { DescribedComponent } from '../chain/inference-component';
import { describedComponentContainer } from './containers';
import { describeModels } from './deployed-models';
import { isNotFound } from './not-found';

const STATUS: Record<InferenceComponentStatus, DescribedComponent['status']> = {
  InService: 'in-service',
  Creating: 'changing',
  Updating: 'changing',
  Deleting: 'changing',
  Failed: 'failed',
};

/**
 * Describes what is attached to a variant of an endpoint, page by page, as far as it is asked for.
 */
export async function* inferenceComponents(
  sagemaker: SageMakerClient,
  endpoint: string,
  variant: string,
): AsyncGenerator<DescribedComponent> {
  const pages = paginateListInferenceComponents(
    { client: sagemaker, pageSize: 100 },
    { EndpointNameEquals: endpoint, VariantNameEquals: variant },
  );
  for await (const { InferenceComponents = [] } of pages) {
    for (const { InferenceComponentName } of InferenceComponents) {
      const described = InferenceComponentName && (await describe(sagemaker, InferenceComponentName));
      // else it was taken away since it was listed.
      if (described) {
        yield await toComponent(sagemaker, described);
      }
    }
  }
}

async function describe(
  sagemaker: SageMakerClient,
  name: string,
): Promise<DescribeInferenceComponentOutput | undefined> {
  try {
    return await sagemaker.send(new DescribeInferenceComponentCommand({ InferenceComponentName: name }));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

async function toComponent(
  sagemaker: SageMakerClient,
  described: DescribeInferenceComponentOutput,
): Promise<DescribedComponent> {
  const { InferenceComponentName, InferenceComponentArn, InferenceComponentStatus, LastModifiedTime } = described;
  if (!InferenceComponentName || !InferenceComponentArn || !InferenceComponentStatus || !LastModifiedTime) {
    throw new Error('SageMaker describes an inference component without its name, ARN, status or time');
  }
  // one for each type of instance, where there are several types.
  const { Specification, Specifications = [] } = described;
  const specifications = [...(Specification ? [Specification] : []), ...Specifications];
  const names = specifications.flatMap(({ ModelName }) => ModelName ?? []);
  return {
    name: InferenceComponentName,
    arn: InferenceComponentArn,
    status: STATUS[InferenceComponentStatus] ?? 'changing',
    containers: distinct(specifications.flatMap(ownContainer)),
    bases: distinct(specifications.flatMap(({ BaseInferenceComponentName }) => BaseInferenceComponentName ?? [])),
    ...(await describeModels(sagemaker, names, LastModifiedTime)),
  };
}

// beside a model, only what is loaded in addition to it matters.
function ownContainer({ ModelName, Container }: InferenceComponentSpecificationSummary): DescribedContainer[] {
  return Container && (ModelName === undefined || Container.ArtifactUrl !== undefined)
    ? [describedComponentContainer(Container)]
    : [];
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
