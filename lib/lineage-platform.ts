import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import { DvcRemote } from './dvc-remote';
import { MlflowApp } from './mlflow-app';
import { defineAccessLogBucket, defineDataBucket } from './private/data-bucket';
import { ObjectGrants } from './private/object-grants';
import { WRITE_LOGS } from './private/perms';
import { RunTagger } from './run-tagger';

const CODE_PREFIX = 'code';
const MODEL_PREFIX = 'models';

/**
 * Properties of a LineagePlatform.
 */
export interface LineagePlatformProps {
  /**
   * The name of the platform, written on every run: 2 to 32 lower-case letters, digits and inner dashes.
   */
  readonly platformName: string;

  /**
   * The Git repositories that hold the `.dvc` files. A job that names another repository stays unresolved.
   */
  readonly dataRepositories: IDataRepository[];
}

/**
 * Everything that dataset-level lineage needs, with one prop for each decision that only its user can take.
 *
 * Defines a DVC remote, an MLflow App, a bucket for scripts and models, a role for training jobs, and the functions that
 * write the data commit on every run. Import the parts one by one where a platform has some of them already.
 */
export class LineagePlatform extends Construct {
  /**
   * Where the bytes of the datasets are.
   */
  public readonly dvcRemote: DvcRemote;

  /**
   * Where runs and models are logged.
   */
  public readonly mlflowApp: MlflowApp;

  /**
   * Scripts below `code/`, models below `models/`, artifacts of runs below `mlflow/`.
   */
  public readonly artifactBucket: s3.IBucket;

  /**
   * The role to start training jobs with. It may pull datasets and never push.
   */
  public readonly trainingRole: iam.IRole;

  /**
   * The functions and queues between a job's end and the tags on its runs.
   */
  public readonly runTagger: RunTagger;

  constructor(scope: Construct, id: string, props: LineagePlatformProps) {
    super(scope, id);

    const encryptionKey = new kms.Key(this, 'Key', {
      description: `Datasets and artifacts of the lineage platform ${props.platformName}`,
      enableKeyRotation: true,
    });
    const accessLogBucket = defineAccessLogBucket(this, 'AccessLogs');
    this.dvcRemote = new DvcRemote(this, 'DvcRemote', { encryptionKey, accessLogBucket });
    this.artifactBucket = defineDataBucket(this, 'Artifacts', {
      encryptionKey,
      accessLogBucket,
      accessLogPrefix: 'artifacts/',
    });
    this.mlflowApp = new MlflowApp(this, 'MlflowApp', { artifactBucket: this.artifactBucket });
    this.trainingRole = this.defineTrainingRole(props);
    this.runTagger = new RunTagger(this, 'RunTagger', {
      platformName: props.platformName,
      mlflowApp: this.mlflowApp,
      dvcRemote: this.dvcRemote,
      dataRepositories: props.dataRepositories,
      jobRoles: [this.trainingRole],
    });
  }

  private defineTrainingRole(props: LineagePlatformProps): iam.Role {
    const role = new iam.Role(this, 'TrainingRole', {
      description: `Training jobs of the lineage platform ${props.platformName}`,
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.dvcRemote.grants.pull(role);
    this.mlflowApp.grants.use(role);
    for (const repository of props.dataRepositories) {
      repository.grants.read(role);
    }
    const code = new ObjectGrants(this.artifactBucket, CODE_PREFIX);
    code.list(role);
    code.read(role);
    new ObjectGrants(this.artifactBucket, MODEL_PREFIX).write(role);
    // SageMaker makes the log streams of a job in the job's name.
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['logs:CreateLogGroup', 'logs:DescribeLogStreams', ...WRITE_LOGS],
      resourceArns: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: '/aws/sagemaker/TrainingJobs:*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    });
    return role;
  }
}
