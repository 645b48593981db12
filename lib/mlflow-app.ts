import { Fn, type IResource, Names, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnMlflowApp, type IMlflowAppRef, type MlflowAppReference } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { MlflowAppGrants } from './mlflow-app-grants';
import { defineAccessLogBucket, defineDataBucket } from './private/data-bucket';
import { enforce, invalid, isKnown, type Rule } from './private/errors';
import { defineSageMakerRole } from './private/job-roles';
import { setMlflowAppDefaults } from './private/mlflow-app-defaults';
import { guardMlflowApp } from './private/mlflow-app-guard';
import { ObjectGrants } from './private/object-grants';
import { FIND_LINEAGE, MIRROR_LINEAGE, MIRROR_MODEL_REGISTRY } from './private/perms';

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
  {
    broken: ({ encryptionKey }) => encryptionKey !== undefined,
    message: () =>
      'encryptionKey must be left out: SageMaker takes the key of the metadata only when it creates an app, and ' +
      'CloudFormation has no property for it; create the app with the API and use MlflowApp.fromMlflowAppArn',
  },
  {
    broken: ({ weeklyMaintenanceWindowStart }) =>
      isKnown(weeklyMaintenanceWindowStart) &&
      !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01][0-9]|2[0-3]):[0-5][0-9]$/.test(weeklyMaintenanceWindowStart),
    message: ({ weeklyMaintenanceWindowStart }) =>
      `weeklyMaintenanceWindowStart must be a day and a time in UTC such as "Tue:03:30", got ${JSON.stringify(weeklyMaintenanceWindowStart)}`,
  },
  {
    broken: ({ defaultForDomains }) => unknownDomains(defaultForDomains).length > 0,
    message: ({ defaultForDomains }) =>
      `defaultForDomains must be ids of SageMaker domains such as "d-abcdefghijkl", got ${JSON.stringify(unknownDomains(defaultForDomains))}`,
  },
];

function unknownDomains(ids?: readonly string[]): string[] {
  return isKnown(ids) ? ids.filter((id) => isKnown(id) && !/^d-(-*[a-z0-9]){1,61}$/.test(id)) : [];
}

/**
 * Whether SageMaker copies the models that are registered in MLflow into its own model registry.
 */
export enum ModelRegistrationMode {
  /**
   * Models stay in MLflow's registry.
   */
  DISABLED = 'AutoModelRegistrationDisabled',

  /**
   * Each version of a registered model becomes a model package some time later, without an approval status. Names with
   * spaces are left out.
   */
  AUTOMATIC = 'AutoModelRegistrationEnabled',
}

/**
 * A SageMaker MLflow App: the managed MLflow that runs and models are logged to.
 *
 * A SageMaker MLflow tracking server is one too, by `MlflowApp.fromTrackingServerArn`.
 */
export interface IMlflowApp extends IResource, IMlflowAppRef {
  /**
   * The address of the app, also its MLflow tracking URI.
   *
   * @attribute
   */
  readonly mlflowAppArn: string;

  /**
   * The bucket that holds models and other artifacts of runs, where it is known.
   */
  readonly artifactBucket?: s3.IBucket;

  /**
   * The key prefix of the artifacts, without a slash at either end; the whole bucket holds them if it is absent.
   */
  readonly artifactPrefix?: string;

  /**
   * Whether SageMaker copies registered models into its own model registry, where it is known.
   */
  readonly modelRegistrationMode?: ModelRegistrationMode;

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
   * The name of the app. Changing it replaces the app by an empty one, which an update is refused for.
   *
   * An app of this name that an earlier stack left behind stands in the way of the next one.
   *
   * @default - a name made from the construct's path and the id of the stack, stable over deployments
   */
  readonly mlflowAppName?: string;

  /**
   * The bucket that holds models and other artifacts of runs.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new bucket with a customer managed key and access logs, all of them retained
   */
  readonly artifactBucket?: s3.IBucket;

  /**
   * The key prefix of the artifacts, without a slash at either end.
   *
   * @default 'mlflow'
   */
  readonly artifactPrefix?: string;

  /**
   * Refused: SageMaker takes the key of an app's metadata only when it creates the app, and CloudFormation has no property
   * for it.
   *
   * Create such an app with the API, and use it by `MlflowApp.fromMlflowAppArn`. The key of the artifacts is that of their
   * bucket.
   *
   * @default - the metadata is encrypted with a key of AWS
   */
  readonly encryptionKey?: kms.IKeyRef;

  /**
   * Whether SageMaker copies registered models into its own model registry. Only then the app's role has rights on it.
   *
   * A `LineagePipeline` registers its models there itself, after its quality gate and pending approval: with both, each
   * model would be there twice, once without an approval status.
   *
   * @default ModelRegistrationMode.DISABLED
   */
  readonly modelRegistrationMode?: ModelRegistrationMode;

  /**
   * When the weekly maintenance begins in which AWS upgrades the app: a day and a time in UTC, such as `Tue:03:30`.
   *
   * @default - SageMaker chooses
   */
  readonly weeklyMaintenanceWindowStart?: string;

  /**
   * Whether the app is the one that is used in this account where none is named.
   *
   * @default - not touched; a new app is not
   */
  readonly accountDefault?: boolean;

  /**
   * The ids of the SageMaker domains in which the app is used where none is named.
   *
   * @default - not touched; a new app is none's
   */
  readonly defaultForDomains?: string[];

  /**
   * Lets an update go through that replaces the app by a new, empty one, because its name or role changes.
   *
   * The app with the runs is retained then, outside of the stack.
   *
   * @default false
   */
  readonly allowReplacement?: boolean;
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
   *
   * @default - unknown; `grants.use` then gives no right on artifacts, and warns
   */
  readonly artifactBucket?: s3.IBucket;

  /**
   * The key prefix of the app's artifact store, without a slash at either end.
   *
   * @default - the whole bucket
   */
  readonly artifactPrefix?: string;

  /**
   * Whether SageMaker copies the app's registered models into its own model registry.
   *
   * @default - unknown; nobody waits for packages of models that are not there yet
   */
  readonly modelRegistrationMode?: ModelRegistrationMode;
}

/**
 * What has to be known of a SageMaker MLflow tracking server.
 */
export interface TrackingServerAttributes {
  /**
   * The ARN of the tracking server; its last part is the server's name.
   */
  readonly trackingServerArn: string;

  /**
   * The bucket of the server's artifact store.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - unknown; `grants.use` then gives no right on artifacts, and warns
   */
  readonly artifactBucket?: s3.IBucket;

  /**
   * The key prefix of the server's artifact store, without a slash at either end.
   *
   * @default - the whole bucket
   */
  readonly artifactPrefix?: string;
}

// an app and a tracking server are called by other actions: taken for one another, every grant would be in vain.
function requireKind(scope: Construct, name: string, arn: string, kind: string, otherwise: string): void {
  if (isKnown(arn) && !new RegExp(`^arn:[^:]+:sagemaker:[^:]+:[^:]+:${kind}/.`).test(arn)) {
    throw invalid(
      scope,
      'MlflowAppInvalid',
      `${name} must be an ARN such as "arn:aws:sagemaker:us-east-1:111122223333:${kind}/id", got ${JSON.stringify(arn)}; ${otherwise} takes the other kind`,
    );
  }
}

/**
 * A SageMaker MLflow App with a service role that has exactly the rights it needs.
 *
 * The app is retained when the stack is deleted, because deleting it deletes all its runs; with its role, because it can be
 * given no other. An update that would replace it by an empty one fails, unless it is allowed.
 *
 * @resource AWS::SageMaker::MlflowApp
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup.html
 */
export class MlflowApp extends Resource implements IMlflowApp {
  /**
   * An app that another stack, or nobody's stack, defines, of which nothing but its ARN is known.
   */
  static fromMlflowAppArn(scope: Construct, id: string, mlflowAppArn: string): IMlflowApp {
    return MlflowApp.fromMlflowAppAttributes(scope, id, { mlflowAppArn });
  }

  /**
   * An app that another stack, or nobody's stack, defines. It is used as it is.
   */
  static fromMlflowAppAttributes(scope: Construct, id: string, attrs: MlflowAppAttributes): IMlflowApp {
    requireKind(scope, 'mlflowAppArn', attrs.mlflowAppArn, 'mlflow-app', 'MlflowApp.fromTrackingServerAttributes');
    class Import extends Resource implements IMlflowApp {
      readonly mlflowAppArn = attrs.mlflowAppArn;
      readonly mlflowAppRef = { mlflowAppArn: attrs.mlflowAppArn };
      readonly artifactBucket = attrs.artifactBucket;
      readonly artifactPrefix = attrs.artifactPrefix;
      readonly modelRegistrationMode = attrs.modelRegistrationMode;
      readonly grants = MlflowAppGrants.fromMlflowApp(this);
    }
    return new Import(scope, id, { environmentFromArn: attrs.mlflowAppArn });
  }

  /**
   * A SageMaker MLflow tracking server in the place of an app, of which nothing but its ARN is known.
   */
  static fromTrackingServerArn(scope: Construct, id: string, trackingServerArn: string): IMlflowApp {
    return MlflowApp.fromTrackingServerAttributes(scope, id, { trackingServerArn });
  }

  /**
   * A SageMaker MLflow tracking server in the place of an app: its ARN is what jobs and functions are told, and its grants
   * are on its own actions. It is used as it is.
   */
  static fromTrackingServerAttributes(scope: Construct, id: string, attrs: TrackingServerAttributes): IMlflowApp {
    const { trackingServerArn } = attrs;
    requireKind(
      scope,
      'trackingServerArn',
      trackingServerArn,
      'mlflow-tracking-server',
      'MlflowApp.fromMlflowAppAttributes',
    );
    class Import extends Resource implements IMlflowApp {
      readonly mlflowAppArn = trackingServerArn;
      readonly mlflowAppRef = { mlflowAppArn: trackingServerArn };
      readonly artifactBucket = attrs.artifactBucket;
      readonly artifactPrefix = attrs.artifactPrefix;
      readonly grants = MlflowAppGrants.fromTrackingServer(this);
    }
    return new Import(scope, id, { environmentFromArn: trackingServerArn });
  }

  public readonly mlflowAppArn: string;
  public readonly mlflowAppRef: MlflowAppReference;
  public readonly artifactBucket?: s3.IBucket;
  public readonly artifactPrefix?: string;
  public readonly modelRegistrationMode?: ModelRegistrationMode;

  /**
   * The role with which the app reads and writes artifacts and mirrors registered models.
   */
  public readonly role: iam.IRole;

  public readonly grants: MlflowAppGrants;

  constructor(scope: Construct, id: string, props: MlflowAppProps = {}) {
    super(scope, id, { physicalName: props.mlflowAppName });
    enforce(this, 'MlflowAppInvalid', props, RULES);

    const artifactBucket = props.artifactBucket ?? this.defineArtifactBucket();
    const artifactPrefix = props.artifactPrefix ?? DEFAULT_ARTIFACT_PREFIX;
    const modelRegistrationMode = props.modelRegistrationMode ?? ModelRegistrationMode.DISABLED;
    const name = props.mlflowAppName ?? this.makeName();
    const role = this.defineRole(new ObjectGrants(artifactBucket, artifactPrefix), modelRegistrationMode);

    const resource = new CfnMlflowApp(this, 'Resource', {
      name,
      artifactStoreUri: artifactBucket.s3UrlForObject(artifactPrefix),
      roleArn: role.roleArn,
      modelRegistrationMode,
      weeklyMaintenanceWindowStart: props.weeklyMaintenanceWindowStart,
    });
    resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
    // the ARN of the role alone would let the app start before its policy is attached.
    resource.node.addDependency(role);
    // an update that the guard refuses has to end before CloudFormation makes the empty app.
    resource.node.addDependency(
      guardMlflowApp(this, { name, roleArn: role.roleArn, allowReplacement: props.allowReplacement ?? false }),
    );

    this.artifactBucket = artifactBucket;
    this.artifactPrefix = artifactPrefix;
    this.modelRegistrationMode = modelRegistrationMode;
    this.role = role;
    this.mlflowAppArn = resource.attrArn;
    this.mlflowAppRef = resource.mlflowAppRef;
    this.grants = MlflowAppGrants.fromMlflowApp(this);
    if (props.accountDefault !== undefined || props.defaultForDomains !== undefined) {
      setMlflowAppDefaults(this, {
        mlflowAppArn: this.mlflowAppArn,
        accountDefault: props.accountDefault,
        domainIds: props.defaultForDomains,
      });
    }
  }

  // an app is retained with its name, so that a stack which is made anew needs another one.
  private makeName(): string {
    const stackUuid = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    return `${Names.uniqueResourceName(this, { maxLength: 100, separator: '-' })}-${Fn.select(4, Fn.split('-', stackUuid))}`;
  }

  private defineArtifactBucket(): s3.Bucket {
    return defineDataBucket(this, 'Artifacts', {
      encryptionKey: new kms.Key(this, 'Key', {
        description: `Artifacts of the MLflow App ${this.node.path}`,
        enableKeyRotation: true,
      }),
      accessLogBucket: defineAccessLogBucket(this, 'AccessLogs'),
      accessLogPrefix: 'mlflow-artifacts/',
    });
  }

  private defineRole(artifacts: ObjectGrants, modelRegistrationMode: ModelRegistrationMode): iam.Role {
    const role = defineSageMakerRole(this, 'Role', 'Lets a SageMaker MLflow App keep artifacts and mirror models');
    // an app can be given no other role, so that a stack which takes it up again needs the one that it has.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    artifacts.list(role);
    artifacts.read(role);
    artifacts.write(role);
    if (modelRegistrationMode === ModelRegistrationMode.AUTOMATIC) {
      this.allowMirroring(role);
    }
    return role;
  }

  private allowMirroring(role: iam.Role): void {
    const allow = (actions: string[], kinds: string[]) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources: kinds.map((kind) => this.sageMakerArn(kind)) }));
    allow(MIRROR_MODEL_REGISTRY, ['model-package-group', 'model-package']);
    allow(MIRROR_LINEAGE, ['action', 'artifact', 'context', 'experiment-trial-component']);
    role.addToPolicy(new iam.PolicyStatement({ actions: FIND_LINEAGE, resources: ['*'] }));
  }

  private sageMakerArn(kind: string): string {
    return Stack.of(this).formatArn({ service: 'sagemaker', resource: kind, resourceName: '*' });
  }
}
