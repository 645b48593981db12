import { Aws, Fn, Names, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { contract } from './contract';

export interface ModelPackageGroupOptions {
  readonly platformName: string;
  readonly modelPackageGroupName?: string;
}

/**
 * A group for the models of a pipeline. It outlives the stack, as its versions do: what is deployed is one of them.
 */
export function defineModelPackageGroup(scope: Construct, options: ModelPackageGroupOptions): CfnModelPackageGroup {
  const group = new CfnModelPackageGroup(scope, 'Models', {
    modelPackageGroupName: options.modelPackageGroupName ?? uniqueName(scope),
    modelPackageGroupDescription: `Models of the lineage platform ${options.platformName}`,
  });
  group.applyRemovalPolicy(RemovalPolicy.RETAIN);
  // a package without a known model belongs to the platform by the tag of its group.
  Tags.of(group).add(contract.jobTags.platform, options.platformName);
  return group;
}

/** A name that the group of a stack that was there before does not have: it has been kept. */
function uniqueName(scope: Construct): string {
  const name = Names.uniqueResourceName(scope, { maxLength: 50, separator: '-' }).toLowerCase();
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `${name}-${Fn.select(0, Fn.split('-', stackUuid))}`;
}
