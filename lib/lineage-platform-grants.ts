import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { LineagePlatform } from './lineage-platform';
import { ObjectGrants } from './private/object-grants';
import {
  DESCRIBE_ENDPOINT_CONFIGS,
  DESCRIBE_ENDPOINTS,
  DESCRIBE_INFERENCE_COMPONENTS,
  DESCRIBE_MODEL_PACKAGES,
  DESCRIBE_MODELS,
  DESCRIBE_PROCESSING_JOBS,
  DESCRIBE_STACK,
  DESCRIBE_TRAINING_JOBS,
  DESCRIBE_TRANSFORM_JOBS,
  DESCRIBE_TRIAL_COMPONENTS,
  FOLLOW_LINEAGE,
  LIST_ENDPOINTS,
  LIST_INFERENCE_COMPONENTS,
} from './private/perms';
import { MODEL_PREFIX } from './private/platform-layout';

// a chain is followed to things of any name, and SageMaker has no tag that only those of a platform have.
const DESCRIBED: readonly [resource: string, actions: string[]][] = [
  ['endpoint', DESCRIBE_ENDPOINTS],
  ['endpoint-config', DESCRIBE_ENDPOINT_CONFIGS],
  ['experiment-trial-component', DESCRIBE_TRIAL_COMPONENTS],
  ['inference-component', DESCRIBE_INFERENCE_COMPONENTS],
  ['model', DESCRIBE_MODELS],
  ['model-package', DESCRIBE_MODEL_PACKAGES],
  ['processing-job', DESCRIBE_PROCESSING_JOBS],
  ['training-job', DESCRIBE_TRAINING_JOBS],
  ['transform-job', DESCRIBE_TRANSFORM_JOBS],
];

/**
 * Grants on a whole platform.
 */
export class LineagePlatformGrants {
  /**
   * Grants for a platform.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  static fromLineagePlatform(platform: LineagePlatform): LineagePlatformGrants {
    return new LineagePlatformGrants(platform);
  }

  private constructor(private readonly platform: LineagePlatform) {}

  /**
   * Asks what `ml-lineage trace`, `evidence` and `doctor` answer: reads the outputs of the stack, what SageMaker
   * says of jobs, models and endpoints, runs and registered models, data repositories, listings of datasets, models and
   * evidence.
   *
   * The records of datasets are not part of it; `dvcRemote.grants.pull` adds them. One IAM action guards the whole API of an
   * MLflow App, so that whoever may read its runs may also write on them.
   */
  read(grantee: iam.IGrantable): iam.Grant {
    const { dataRepositories, dvcRemote, artifactBucket, evidenceStore, jobToolkit, mlflowApp } = this.platform;
    const models = new ObjectGrants(artifactBucket, MODEL_PREFIX);
    return [
      this.describe(grantee),
      mlflowApp.grants.read(grantee),
      ...dataRepositories.map(({ grants }) => grants.read(grantee)),
      dvcRemote.grants.verify(grantee),
      jobToolkit.grants.takeOver(grantee),
      models.listVersions(grantee),
      models.readVersions(grantee),
      evidenceStore.grants.verify(grantee),
    ].reduce((all, grant) => all.combine(grant));
  }

  private describe(grantee: iam.IGrantable): iam.Grant {
    const stack = Stack.of(this.platform);
    const allow = (actions: string[], ...resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    return [
      // whatever its id: a stack that was made anew is still the platform's.
      allow(
        DESCRIBE_STACK,
        stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stack.stackName}/*` }),
      ),
      // SageMaker lists all that there is in an account and region, or none.
      allow([...LIST_ENDPOINTS, ...LIST_INFERENCE_COMPONENTS, ...FOLLOW_LINEAGE], '*'),
      ...DESCRIBED.map(([resource, actions]) =>
        allow(actions, stack.formatArn({ service: 'sagemaker', resource, resourceName: '*' })),
      ),
    ].reduce((all, grant) => all.combine(grant));
  }
}
