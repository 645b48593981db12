import { CfnOutput, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CheckpointRecorder } from './checkpoint-recorder';
import type { IDataRepository } from './data-repository';
import { DeploymentRecorder } from './deployment-recorder';
import { DvcRemote } from './dvc-remote';
import { EvidenceStore, type EvidenceStoreOptions } from './evidence-store';
import { JobToolkit } from './job-toolkit';
import { MlflowApp } from './mlflow-app';
import { contract } from './private/contract';
import { defineAccessLogBucket, defineDataBucket } from './private/data-bucket';
import { allowJobLogs, defineSageMakerRole } from './private/job-roles';
import { ObjectGrants } from './private/object-grants';
import { describeRepositories, describeToolkit } from './private/platform-description';
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

  /**
   * How the signed statements are kept: for how long, by whom they can be erased, and with which keys they are signed.
   *
   * @default - as an EvidenceStore does by default; its access logs are beside those of the platform
   */
  readonly evidence?: EvidenceStoreOptions;
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
   * Scripts below `code/`, models below `models/`, artifacts of runs below `mlflow/`, what pipelines hand on below
   * `lineage/`.
   */
  public readonly artifactBucket: s3.IBucket;

  /**
   * The role of processing jobs. It may push datasets and delete none.
   */
  public readonly processingRole: iam.IRole;

  /**
   * The role to start training jobs with. It may pull datasets and never push.
   */
  public readonly trainingRole: iam.IRole;

  /**
   * Where the signed statements about the platform's jobs are kept.
   */
  public readonly evidenceStore: EvidenceStore;

  /**
   * What runs around the scripts of the platform's jobs.
   */
  public readonly jobToolkit: JobToolkit;

  /**
   * The functions and queues between a job's end and the tags on its runs.
   */
  public readonly runTagger: RunTagger;

  /**
   * Keeps the daily checkpoint over the evidence. Its alarms tell nobody until you add whom.
   */
  public readonly checkpointRecorder: CheckpointRecorder;

  /**
   * The function and queue between a change of an endpoint, a batch transform job or a model package and the statement
   * about it.
   */
  public readonly deploymentRecorder: DeploymentRecorder;

  private readonly dataRepositories: readonly IDataRepository[];

  constructor(scope: Construct, id: string, props: LineagePlatformProps) {
    super(scope, id);
    this.dataRepositories = props.dataRepositories;

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
    this.jobToolkit = new JobToolkit(this, 'JobToolkit', { handoverBucket: this.artifactBucket });
    this.processingRole = this.defineProcessingRole(props);
    this.trainingRole = this.defineTrainingRole(props);
    this.evidenceStore = new EvidenceStore(this, 'EvidenceStore', {
      accessLogBucket,
      ...props.evidence,
      platformName: props.platformName,
    });
    this.runTagger = new RunTagger(this, 'RunTagger', {
      platformName: props.platformName,
      mlflowApp: this.mlflowApp,
      dvcRemote: this.dvcRemote,
      dataRepositories: props.dataRepositories,
      jobRoles: [this.processingRole, this.trainingRole],
      evidenceStore: this.evidenceStore,
      jobToolkit: this.jobToolkit,
    });
    this.checkpointRecorder = new CheckpointRecorder(this, 'CheckpointRecorder', {
      evidenceStore: this.evidenceStore,
      mlflowApp: this.mlflowApp,
      jobRoles: [this.trainingRole, this.processingRole],
    });
    this.deploymentRecorder = new DeploymentRecorder(this, 'DeploymentRecorder', {
      platformName: props.platformName,
      jobRoles: [this.trainingRole],
      evidenceStore: this.evidenceStore,
    });
    // a statement says by their digest which bytes the model consists of, and whether others were put in their place.
    const models = new ObjectGrants(this.artifactBucket, MODEL_PREFIX);
    models.read(this.deploymentRecorder.recorderFunction);
    models.readVersions(this.runTagger.taggerFunction);
    models.listVersions(this.runTagger.taggerFunction);
  }

  /**
   * Adds the outputs to the stack from which `ml-lineage --stack` knows where to look, and people what to use.
   *
   * One platform of a stack can have them.
   */
  addOutputs(): void {
    const { mlflowApp, dvcRemote, artifactBucket } = this;
    const stack = Stack.of(this);
    const outputs = contract.stackOutputs;
    new CfnOutput(stack, outputs.platformName, { value: this.evidenceStore.platformName });
    new CfnOutput(stack, outputs.dvcRemoteUrl, {
      value: dvcRemote.url,
      description: 'Put this into the data repository: dvc remote add --default storage <url>',
    });
    new CfnOutput(stack, outputs.mlflowAppArn, {
      value: mlflowApp.mlflowAppArn,
      description: 'The MLflow tracking URI of jobs and notebooks',
    });
    new CfnOutput(stack, outputs.artifactBucketName, {
      value: artifactBucket.bucketName,
      description: 'Raw data below raw/, scripts below code/, models below models/',
    });
    new CfnOutput(stack, outputs.dataRepositories, {
      value: stack.toJsonString(describeRepositories(this.dataRepositories)),
      description: 'The data repositories that jobs may name, and where their tokens are',
    });
    new CfnOutput(stack, outputs.jobToolkit, {
      value: stack.toJsonString(describeToolkit(this.jobToolkit)),
      description: 'How jobs are set up whose lineage is attested',
    });
    new CfnOutput(stack, outputs.evidenceBucketName, {
      value: this.evidenceStore.bucket.bucketName,
      description: 'The signed statements about jobs, and the public keys',
    });
    new CfnOutput(stack, outputs.signingKeyArn, {
      value: this.evidenceStore.signingKey.keyArn,
      description: 'The key that signs them: its fingerprint is what a verifier has to trust',
    });
  }

  private defineTrainingRole(props: LineagePlatformProps): iam.Role {
    const role = defineSageMakerRole(
      this,
      'TrainingRole',
      `Training jobs of the lineage platform ${props.platformName}`,
    );
    allowJobLogs(role, 'TrainingJobs');
    this.dvcRemote.grants.pull(role);
    this.allowWhatEveryJobNeeds(role, props);
    new ObjectGrants(this.artifactBucket, MODEL_PREFIX).write(role);
    this.jobToolkit.grants.takeOver(role);
    return role;
  }

  private defineProcessingRole(props: LineagePlatformProps): iam.Role {
    const role = defineSageMakerRole(
      this,
      'ProcessingRole',
      `Processing jobs of the lineage platform ${props.platformName}`,
    );
    allowJobLogs(role, 'ProcessingJobs');
    this.dvcRemote.grants.push(role);
    this.allowWhatEveryJobNeeds(role, props);
    this.jobToolkit.grants.handOn(role);
    return role;
  }

  private allowWhatEveryJobNeeds(role: iam.Role, { dataRepositories }: LineagePlatformProps): void {
    this.mlflowApp.grants.use(role);
    this.jobToolkit.grants.run(role);
    for (const repository of dataRepositories) {
      repository.grants.read(role);
    }
    const code = new ObjectGrants(this.artifactBucket, CODE_PREFIX);
    code.list(role);
    code.read(role);
  }
}
