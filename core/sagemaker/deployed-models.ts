import {
  DescribeModelCommand,
  type DescribeModelOutput,
  DescribeModelPackageCommand,
  type DescribeModelPackageOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DescribedModel, DescribedPackage, MissingLink } from '../chain/deployment';
import { pattern } from '../contract';
import { describedContainer } from './containers';
import { isNotFound } from './not-found';

export interface DeployedModels {
  readonly models: readonly DescribedModel[];
  readonly packages: readonly DescribedPackage[];
  readonly missing: readonly MissingLink[];
}

/**
 * Describes models, and the packages that they were made from. A model can be deleted, and made anew, while it is served.
 *
 * @param chosenAt when the models were put to use: what was made later is another model of the same name. Without it, the
 * models that have the names now are meant
 */
export async function describeModels(
  sagemaker: SageMakerClient,
  names: readonly string[],
  chosenAt?: Date,
): Promise<DeployedModels> {
  const models: DescribedModel[] = [];
  const packages: DescribedPackage[] = [];
  const missing: MissingLink[] = [];
  for (const name of new Set(names)) {
    const model = await describeModel(sagemaker, name);
    if (model && (chosenAt === undefined || model.createdAt <= chosenAt)) {
      models.push(model);
    } else {
      const explanation = model
        ? `the model ${name} was made anew at ${model.createdAt.toISOString()}, after it was put to use at ${chosenAt?.toISOString()}`
        : `there is no model ${name} any more`;
      missing.push({ code: 'model-missing', explanation });
    }
  }
  const named = models.flatMap(({ containers }) => containers.flatMap(({ packageArn }) => packageArn ?? []));
  for (const arn of new Set(named)) {
    const found = await findPackage(sagemaker, arn);
    if (found) {
      packages.push(found);
    } else {
      const explanation = `the model package ${arn} is not there any more, or belongs to another account`;
      missing.push({ code: 'model-package-missing', explanation });
    }
  }
  return { models, packages, missing };
}

/**
 * What SageMaker says of a model package; `undefined` where there is none.
 */
export async function describePackage(
  sagemaker: SageMakerClient,
  arn: string,
): Promise<DescribeModelPackageOutput | undefined> {
  try {
    return await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * A model package as it is told in statements.
 */
export function toldPackage(described: DescribeModelPackageOutput): DescribedPackage {
  const { ModelPackageArn, CreationTime, LastModifiedTime, ModelApprovalStatus } = described;
  if (!ModelPackageArn || !CreationTime) {
    throw new Error('SageMaker describes a model package without its ARN or creation time');
  }
  return {
    arn: ModelPackageArn,
    approval: ModelApprovalStatus ?? null,
    changedAt: LastModifiedTime ?? CreationTime,
    containers: (described.InferenceSpecification?.Containers ?? []).map(describedContainer),
    properties: described.CustomerMetadataProperties ?? {},
  };
}

async function findPackage(sagemaker: SageMakerClient, arn: string): Promise<DescribedPackage | undefined> {
  // a model may name a package of somebody else's account, which is not ours to describe.
  if (!pattern('evidenceArn').test(arn)) {
    return undefined;
  }
  const described = await describePackage(sagemaker, arn);
  return described && toldPackage(described);
}

async function describeModel(sagemaker: SageMakerClient, name: string): Promise<DescribedModel | undefined> {
  let described: DescribeModelOutput;
  try {
    described = await sagemaker.send(new DescribeModelCommand({ ModelName: name }));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
  const { ModelArn, CreationTime, PrimaryContainer, Containers = [] } = described;
  if (!ModelArn || !CreationTime) {
    throw new Error(`SageMaker describes the model ${name} without its ARN or creation time`);
  }
  const definitions = PrimaryContainer ? [PrimaryContainer, ...Containers] : Containers;
  return { arn: ModelArn, createdAt: CreationTime, containers: definitions.map(describedContainer) };
}
