import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointConfigOutput,
  type DescribeEndpointOutput,
  type EndpointStatus,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DescribedDeployment, DescribedVariant, MissingLink } from '../chain/deployment';
import { describeModels } from './deployed-models';
import { NotAtRest } from './not-at-rest';
import { isNotFound } from './not-found';
import { assertSameArn, requiredDescription } from './required-description';

const IN_TRANSIT: ReadonlySet<EndpointStatus | undefined> = new Set([
  'Creating',
  'Updating',
  'SystemUpdating',
  'RollingBack',
]);

/**
 * Describes the models behind the variants of an endpoint.
 *
 * @throws NotAtRest while the endpoint changes: which of two configurations it serves cannot be told
 */
export async function describeEndpoint(
  sagemaker: SageMakerClient,
  { arn, name }: { arn: string; name: string },
): Promise<DescribedDeployment | undefined> {
  const endpoint = await requiredDescription(arn, sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })));
  assertSameArn(endpoint.EndpointArn, arn);
  const { EndpointStatus, EndpointConfigName, CreationTime, LastModifiedTime } = endpoint;
  if (IN_TRANSIT.has(EndpointStatus)) {
    throw new NotAtRest(`${name} is ${EndpointStatus}; it is described once it has come to rest`);
  }
  if (EndpointStatus === 'Failed') {
    return undefined;
  }
  if (!EndpointConfigName || !CreationTime || !LastModifiedTime) {
    throw new Error(`SageMaker describes the endpoint ${name} without its configuration or its times`);
  }
  const common = {
    about: { kind: 'endpoint', arn, name, createdAt: CreationTime.toISOString() },
    taggedArn: arn,
    endpointConfig: EndpointConfigName,
  } as const;
  const config = await describeConfig(sagemaker, EndpointConfigName);
  const problem = missingConfig(EndpointConfigName, config, LastModifiedTime);
  if (!config || problem) {
    return {
      ...common,
      variants: [],
      models: [],
      packages: [],
      componentVariants: [],
      missing: problem ? [problem] : [],
    };
  }
  const defined = [...(config.ProductionVariants ?? []), ...(config.ShadowProductionVariants ?? [])];
  const names = defined.flatMap(({ ModelName }) => ModelName ?? []);
  const { models, packages, missing } = await describeModels(sagemaker, names, LastModifiedTime);
  return {
    ...common,
    variants: defined.flatMap(({ VariantName, ModelName }) =>
      VariantName === undefined || ModelName === undefined
        ? []
        : [toldVariant(VariantName, modelArnOf(arn, ModelName), endpoint)],
    ),
    models,
    packages,
    // the models of inference components are attached to a variant one by one, and shown nowhere in the configuration.
    componentVariants: defined
      .filter(({ ModelName }) => ModelName === undefined)
      .map(({ VariantName }) => String(VariantName)),
    missing,
  };
}

async function describeConfig(
  sagemaker: SageMakerClient,
  name: string,
): Promise<DescribeEndpointConfigOutput | undefined> {
  try {
    return await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name }));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

// a configuration can be deleted, and made anew, while its endpoint serves.
function missingConfig(
  name: string,
  config: DescribeEndpointConfigOutput | undefined,
  chosenAt: Date,
): MissingLink | undefined {
  if (!config) {
    return { code: 'model-missing', explanation: `there is no endpoint configuration ${name} any more` };
  }
  return config.CreationTime && config.CreationTime <= chosenAt
    ? undefined
    : {
        code: 'model-missing',
        explanation: `the endpoint configuration ${name} was made anew after the endpoint had been changed`,
      };
}

function toldVariant(name: string, modelArn: string, endpoint: DescribeEndpointOutput): DescribedVariant {
  const shown = [...(endpoint.ProductionVariants ?? []), ...(endpoint.ShadowProductionVariants ?? [])];
  const weight = shown.find(({ VariantName }) => VariantName === name)?.CurrentWeight;
  return { name, modelArn, weight: weight === undefined ? undefined : String(weight) };
}

// ARNs are in lower case, whatever the names.
function modelArnOf(endpointArn: string, modelName: string): string {
  return `${endpointArn.split(':').slice(0, 5).join(':')}:model/${modelName.toLowerCase()}`;
}
