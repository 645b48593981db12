import {
  type ContainerDefinition,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateInferenceComponentCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreateTransformJobCommand,
  type InferenceComponentSpecification,
  UpdateEndpointCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { AwsClients } from './aws-clients';

const IMAGE = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312';

/**
 * Makes a model of an object, and a configuration of an endpoint with it under the same name.
 */
export function makeModel(aws: AwsClients, name: string, modelDataUrl: string): Promise<void> {
  return makeModelWith(aws, name, { Image: IMAGE, ModelDataUrl: modelDataUrl });
}

/**
 * Makes a model of an approved package, and a configuration of an endpoint with it under the same name.
 */
export function makeModelOfPackage(aws: AwsClients, name: string, packageArn: string): Promise<void> {
  return makeModelWith(aws, name, { ModelPackageName: packageArn });
}

async function makeModelWith(
  { sagemaker }: AwsClients,
  name: string,
  PrimaryContainer: ContainerDefinition,
): Promise<void> {
  await sagemaker.send(new CreateModelCommand({ ModelName: name, PrimaryContainer }));
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: 'all', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
    }),
  );
}

/**
 * Approves a package, as a person does who has looked at its evaluation.
 */
export async function approvePackage({ sagemaker }: AwsClients, packageArn: string): Promise<void> {
  await sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: packageArn, ModelApprovalStatus: 'Approved' }));
}

/**
 * Puts a model behind an endpoint.
 *
 * @param tags of the new endpoint
 */
export async function deployModel(
  { sagemaker }: AwsClients,
  endpoint: string,
  model: string,
  tags: Readonly<Record<string, string>> = {},
): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: model, Tags }));
}

/**
 * Puts another model behind an endpoint.
 */
export async function redeployModel({ sagemaker }: AwsClients, endpoint: string, model: string): Promise<void> {
  await sagemaker.send(new UpdateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: model }));
}

/**
 * Makes an endpoint to which models are attached while it serves.
 *
 * @param roleArn with which SageMaker loads them
 */
export async function makeEndpointOfComponents(
  aws: AwsClients,
  endpoint: string,
  roleArn: string,
  tags: Readonly<Record<string, string>> = {},
): Promise<void> {
  await aws.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: endpoint,
      ExecutionRoleArn: roleArn,
      ProductionVariants: [{ VariantName: 'all', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
    }),
  );
  await deployModel(aws, endpoint, endpoint, tags);
}

/**
 * Attaches a model to an endpoint.
 */
export async function attachModel(
  { sagemaker }: AwsClients,
  endpoint: string,
  component: string,
  specification: InferenceComponentSpecification,
): Promise<void> {
  await sagemaker.send(
    new CreateInferenceComponentCommand({
      InferenceComponentName: component,
      EndpointName: endpoint,
      VariantName: 'all',
      Specification: { ComputeResourceRequirements: { MinMemoryRequiredInMb: 1024 }, ...specification },
      RuntimeConfig: { CopyCount: 1 },
    }),
  );
}

/**
 * Lets a model work on a batch.
 */
export async function transformWith({ sagemaker }: AwsClients, job: string, model: string): Promise<void> {
  await sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName: job,
      ModelName: model,
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://batches/input' } } },
      TransformOutput: { S3OutputPath: 's3://batches/output' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    }),
  );
}

/**
 * Registers a model as the first version of a new group.
 *
 * @returns the ARN of the version
 */
export async function registerModel(
  { sagemaker }: AwsClients,
  group: string,
  modelDataUrl: string,
  properties?: Readonly<Record<string, string>>,
): Promise<string> {
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: group }));
  const { ModelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: group,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: IMAGE, ModelDataUrl: modelDataUrl }],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
      ...(properties && { CustomerMetadataProperties: { ...properties } }),
    }),
  );
  if (!ModelPackageArn) {
    throw new Error(`SageMaker registered a model in ${group} without an ARN`);
  }
  return ModelPackageArn;
}
