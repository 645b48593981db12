import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeInferenceComponentCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  DescribeTrialComponentCommand,
  ListArtifactsCommand,
  ListAssociationsCommand,
  ListEndpointsCommand,
  ListInferenceComponentsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { type Attempt, attempt } from './attempt';
import type { Right } from './reader-policy';

// a name that nobody has: IAM decides before SageMaker looks for it.
const NOBODYS = 'ml-lineage-doctor';
const NOT_THERE = ['ResourceNotFound', 'ValidationException'];

/**
 * Tries rights on what SageMaker describes and lists.
 */
export function sagemakerTries(
  sagemaker: SageMakerClient,
): Readonly<Record<string, (right: Right) => Promise<Attempt>>> {
  const calls: Record<string, (resource: string) => Promise<unknown>> = {
    DescribeEndpoint: () => sagemaker.send(new DescribeEndpointCommand({ EndpointName: NOBODYS })),
    DescribeEndpointConfig: () => sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: NOBODYS })),
    DescribeInferenceComponent: () =>
      sagemaker.send(new DescribeInferenceComponentCommand({ InferenceComponentName: NOBODYS })),
    DescribeModel: () => sagemaker.send(new DescribeModelCommand({ ModelName: NOBODYS })),
    DescribeModelPackage: (resource) =>
      sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: resource.replace('*', `${NOBODYS}/1`) })),
    DescribeProcessingJob: () => sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: NOBODYS })),
    DescribeTrainingJob: () => sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: NOBODYS })),
    DescribeTransformJob: () => sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: NOBODYS })),
    DescribeTrialComponent: () => sagemaker.send(new DescribeTrialComponentCommand({ TrialComponentName: NOBODYS })),
    ListArtifacts: () => sagemaker.send(new ListArtifactsCommand({ MaxResults: 1 })),
    ListAssociations: () => sagemaker.send(new ListAssociationsCommand({ MaxResults: 1 })),
    ListEndpoints: () => sagemaker.send(new ListEndpointsCommand({ MaxResults: 1 })),
    ListInferenceComponents: () => sagemaker.send(new ListInferenceComponentsCommand({ MaxResults: 1 })),
  };
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      `sagemaker:${name}`,
      ({ resource }: Right) => attempt(() => call(resource), NOT_THERE),
    ]),
  );
}
