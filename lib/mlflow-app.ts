import { type IResource, Names, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnMlflowApp, type IMlflowAppRef, type MlflowAppReference } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { MlflowAppGrants } from './mlflow-app-grants';
import { enforce, isKnown, type Rule } from './private/errors';
import { defineSageMakerRole } from './private/job-roles';
import { ObjectGrants } from './private/object-grants';
import { MIRROR_LINEAGE, MIRROR_MODEL_REGISTRY } from './private/perms';

const DEFAULT_ARTIFACT_PREFIX = 'mlflow';

const RULES: readonly Rule<MlflowAppProps>[] = [
  {
    broken: ({ mlflowAppName }) => isKnown(mlflowAppName) && !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/.test(mlflowAppName),
    message: ({ mlflowAppName }) =>
      `mlflowAppName must be 1 to 256 letters, digits and inner dashes, got ${JSON.stringify(mlflowAppName)}`,
  },
  {
    broken: ({ artifactPrefix }) =>
      isKnown(artifactPrefix) && !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(artifactPrefix),
    message: ({ artifactPrefix }) =>
      `artifactPrefix must be names of letters, digits, dots, dashes and underscores, joined by single slashes, got ${JSON.stringify(artifactPrefix)}`,
  },
];

/**
 * A SageMaker MLflow App: the managed MLflow that runs and models are logged to.
 */
export interface IMlflowApp extends IResource, IMlflowAppRef {
  /**
   * The address of the app, also its MLflow tracking URI.
   *
   * @attribute
   */
  readonly mlflowAppArn: string;

  /**
   * The bucket that holds models and other artifacts of runs.
   */
  readonly artifactBucket: s3.IBucket;

  /**
   * The key prefix of the artifacts, without a slash at either end.
   */
  readonly artifactPrefix: string;

  /**
   * Who may call the app.
   */
  readonly grants: MlflowAppGrants;
}

/**
 * Properties of an MlflowApp.
 */
export interface MlflowAppProps {
  /**
   * The name of the app. Changing it replaces the app by an empty one.
   *
   * @default - a name made from the construct's path, stable over deployments
   */
  readonly mlflowAppName?: string;

  /**
   * The bucket that holds models and other artifacts of runs.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly artifactBucket: s3.IBucket;

  /**
   * The key prefix of the artifacts, without a slash at either end.
   *
   * @default 'mlflow'
   */
  readonly artifactPrefix?: string;
}

/**
 * What has to be known of an MLflow App that exists already.
 */
export interface MlflowAppAttributes {
  /**
   * The ARN of the app; its last part is made by the service, not chosen.
   */
  readonly mlflowAppArn: string;

  /**
   * The bucket of the app's artifact store.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly artifactBucket: s3.IBucket;

  /**
   * The key prefix of the app's artifact store, without a slash at either end.
   */
  readonly artifactPrefix: string;
}

/**
 * A SageMaker MLflow App with a service role that has exactly the rights it needs.
 *
 * The app is retained when the stack is deleted, because deleting it deletes all its runs.
 *
 * @resource AWS::SageMaker::MlflowApp
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup.html
 */
export class MlflowApp extends Resource implements IMlflowApp {
  /**
   * An app that another stack, or nobody's stack, defines. It is used as it is.
   */
  static fromMlflowAppAttributes(scope: Construct, id: string, attrs: MlflowAppAttributes): IMlflowApp {
    class Import extends Resource implements IMlflowApp {
      readonly mlflowAppArn = attrs.mlflowAppArn;
      readonly mlflowAppRef = { mlflowAppArn: attrs.mlflowAppArn };
      readonly artifactBucket = attrs.artifactBucket;
      readonly artifactPrefix = attrs.artifactPrefix;
      readonly grants = MlflowAppGrants.fromMlflowApp(this);
    }
    return new Import(scope, id, { environmentFromArn: attrs.mlflowAppArn });
  }

  public readonly mlflowAppArn: string;
  public readonly mlflowAppRef: MlflowAppReference;
  public readonly artifactBucket: s3.IBucket;
  public readonly artifactPrefix: string;

  /**
   * The role with which the app reads and writes artifacts and mirrors registered models.
   */
  public readonly role: iam.IRole;

  public readonly grants: MlflowAppGrants;

  constructor(scope: Construct, id: string, props: MlflowAppProps) {
    super(scope, id, { physicalName: props.mlflowAppName });
    enforce(this, 'MlflowAppInvalid', props, RULES);

    this.artifactBucket = props.artifactBucket;
    this.artifactPrefix = props.artifactPrefix ?? DEFAULT_ARTIFACT_PREFIX;
    this.role = this.defineRole();

    const resource = new CfnMlflowApp(this, 'Resource', {
      name: props.mlflowAppName ?? Names.uniqueResourceName(this, { maxLength: 100, separator: '-' }),
      artifactStoreUri: props.artifactBucket.s3UrlForObject(this.artifactPrefix),
      roleArn: this.role.roleArn,
    });
    resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
    // the ARN of the role alone would let the app start before its policy is attached.
    resource.node.addDependency(this.role);

    this.mlflowAppArn = resource.attrArn;
    this.mlflowAppRef = resource.mlflowAppRef;
    this.grants = MlflowAppGrants.fromMlflowApp(this);
  }

  private defineRole(): iam.Role {
    const role = defineSageMakerRole(this, 'Role', 'Lets a SageMaker MLflow App keep artifacts and mirror models');
    const artifacts = new ObjectGrants(this.artifactBucket, this.artifactPrefix);
    artifacts.list(role);
    artifacts.read(role);
    artifacts.write(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: MIRROR_MODEL_REGISTRY,
        resources: ['model-package-group', 'model-package'].map((kind) => this.sageMakerArn(kind)),
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: MIRROR_LINEAGE,
        resources: ['action', 'artifact', 'context', 'experiment-trial-component'].map((kind) =>
          this.sageMakerArn(kind),
        ),
      }),
    );
    return role;
  }

  private sageMakerArn(kind: string): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource: kind, resourceName: '*' });
  }
}
