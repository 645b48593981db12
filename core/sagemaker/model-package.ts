import { type SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import type { DescribedDeployment } from '../chain/deployment';
import { CannotSucceed } from '../delivery/failures';
import { describePackage, toldPackage } from './deployed-models';
import { NotAtRest } from './not-at-rest';
import { assertSameArn } from './required-description';

/**
 * Describes what a model package holds.
 *
 * @throws NotAtRest while the package is being made
 */
export async function describeModelPackage(
  sagemaker: SageMakerClient,
  { arn }: { arn: string },
): Promise<DescribedDeployment | undefined> {
  const found = await describePackage(sagemaker, arn);
  if (!found) {
    throw new CannotSucceed('deployment-not-found', `there is no ${arn}; it was deleted before it was read`);
  }
  assertSameArn(found.ModelPackageArn, arn);
  const { ModelPackageGroupName, ModelPackageName, ModelPackageVersion, ModelPackageStatus, CreationTime } = found;
  if (ModelPackageStatus === 'Pending' || ModelPackageStatus === 'InProgress') {
    throw new NotAtRest(`${arn} is ${ModelPackageStatus}; it is described once it is there`);
  }
  if (ModelPackageStatus === 'Failed') {
    return undefined;
  }
  const group = ModelPackageGroupName ?? ModelPackageName;
  if (!CreationTime || !group) {
    throw new Error(`SageMaker describes ${arn} without its name or creation time`);
  }
  return {
    about: {
      kind: 'model-package',
      arn,
      name: ModelPackageVersion === undefined ? group : `${group}.${ModelPackageVersion}`,
      createdAt: CreationTime.toISOString(),
    },
    taggedArn: ModelPackageVersion === undefined ? arn : groupArnOf(arn),
    endpointConfig: null,
    variants: [],
    models: [],
    packages: [toldPackage(found)],
    componentVariants: [],
    missing: [],
  };
}

/**
 * Adds CustomerMetadataProperties to a model package, or replaces those of the same names.
 */
export async function writePackageProperties(
  sagemaker: SageMakerClient,
  arn: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  await sagemaker.send(
    new UpdateModelPackageCommand({ ModelPackageArn: arn, CustomerMetadataProperties: { ...properties } }),
  );
}

// versions carry no tags, their group does.
function groupArnOf(arn: string): string {
  return arn.replace(/:model-package\/(.+)\/[0-9]+$/, ':model-package-group/$1');
}
