import { CfnOutput, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CheckpointRecorder } from './checkpoint-recorder';
import type { IDataRepository } from './data-repository';
import { DeploymentRecorder } from './deployment-recorder';
import { DvcRemote, type IDvcRemote } from './dvc-remote';
import { EvidenceStore, type EvidenceStoreOptions, type IEvidenceStore } from './evidence-store';
import type { JobNetwork } from './job-network';
import type { JobRoleProps } from './job-role';
import { JobToolkit } from './job-toolkit';
import { LineageOperations, type LineageOperationsOptions } from './lineage-operations';
import { LineagePipeline, type LineagePipelineOptions } from './lineage-pipeline';
import { LineagePlatformGrants } from './lineage-platform-grants';
import { type IMlflowApp, MlflowApp } from './mlflow-app';
import { contract, matches } from './private/contract';
import { defineAccessLogBucket, defineDataBucket } from './private/data-bucket';
import { enforce, isKnown, type Rule } from './private/errors';
import { libraryVersion } from './private/library-version';
import { ObjectGrants } from './private/object-grants';
import { describeRepositories, describeToolkit } from './private/platform-description';
import { MODEL_PREFIX } from './private/platform-layout';
import { describeReaderPolicy } from './private/reader-policy';
import { ProcessingRole } from './processing-role';
import { Reconciler, type ReconcilerOptions } from './reconciler';
import { RunTagger } from './run-tagger';
import { TrainingRole } from './training-role';

/**
 * Where the data of a LineagePlatform is.
 */
export interface LineageDataOptions {
  /**
   * The Git repositories that hold the `.dvc` files. A job that names another repository stays unresolved.
   */
  readonly repositories: IDataRepository[];

  /**
   * The DVC remote that holds the bytes of the datasets.
   *
   * @default - a new one, encrypted with the platform's key
   */
  readonly remote?: IDvcRemote;
}

/**
 * Where a LineagePlatform tracks runs and models.
 */
export interface LineageTrackingOptions {
  /**
   * The MLflow App that runs and models are logged to.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new one, with its artifacts below `mlflow/` in the artifact bucket
   */
  readonly mlflowApp?: IMlflowApp;

  /**
   * Whether the datasets are added to SageMaker's own lineage graph too.
   *
   * @default true
   */
  readonly completeLineageGraph?: boolean;
}

/**
 * What the jobs of a LineagePlatform run with.
 */
export interface LineageJobsOptions {
  /**
   * The bucket with scripts below `code/` and models below `models/`.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new one, encrypted with the platform's key
   */
  readonly artifactBucket?: s3.IBucket;

  /**
   * What runs around the scripts of jobs.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new one, whose jobs hand on to one another below `lineage/` in the artifact bucket
   */
  readonly toolkit?: JobToolkit;

  /**
   * The network that jobs run in. Its roles are allowed to use it; pipelines put their jobs into it.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a network of SageMaker's, with a way to the internet
   */
  readonly network?: JobNetwork;

  /**
   * The role of processing jobs. It is granted what a processing job needs.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new one, which may push datasets and delete none
   */
  readonly processingRole?: iam.IRole;

  /**
   * The role of training jobs. It is granted what a training job needs.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - a new one, which may pull datasets and never push
   */
  readonly trainingRole?: iam.IRole;
}

/**
 * How a LineagePlatform keeps the signed statements.
 */
export interface LineageEvidenceOptions extends EvidenceStoreOptions {
  /**
   * The store that the statements are kept in, made for the platform's name. It excludes all other options.
   *
   * @default - a new one
   */
  readonly store?: IEvidenceStore;
}

/**
 * Properties of a LineagePlatform.
 */
export interface LineagePlatformProps {
  /**
   * The name of the platform, written on every run. Unique in the account and region.
   */
  readonly name: string;

  /**
   * Where the data is.
   */
  readonly data: LineageDataOptions;

  /**
   * Where runs and models are logged.
   *
   * @default - a new MLflow App
   */
  readonly tracking?: LineageTrackingOptions;

  /**
   * What jobs run with.
   *
   * @default - new roles, a new bucket and a new toolkit
   */
  readonly jobs?: LineageJobsOptions;

  /**
   * The pipelines of the platform. The key of each is its construct id, below `Pipelines`.
   *
   * @default - none; a LineagePipeline can be added at any time
   */
  readonly pipelines?: Record<string, LineagePipelineOptions>;

  /**
   * How the signed statements are kept: for how long, by whom they can be erased, and with which keys they are signed.
   *
   * @default - as an EvidenceStore does by default; its access logs are beside those of the platform
   */
  readonly evidence?: LineageEvidenceOptions;

  /**
   * When the platform looks for what has no evidence or is not as its evidence says, and how far back.
   *
   * @default - every day, four weeks back
   */
  readonly reconciliation?: ReconcilerOptions;

  /**
   * How the platform's functions are watched.
   *
   * @default - no alarm and no dashboard; the constructs have the metrics for your own
   */
  readonly operations?: LineageOperationsOptions;
}

const RULES: readonly Rule<LineagePlatformProps>[] = [
  {
    broken: ({ name }) => isKnown(name) && !matches('platformName', name),
    message: ({ name }) =>
      `name must be 2 to 32 lower-case letters, digits and inner dashes, starting with a letter, got ${JSON.stringify(name)}`,
  },
  {
    broken: ({ data }) => data.repositories.length === 0 || data.repositories.length > contract.limits.dataRepositories,
    message: ({ data }) =>
      `data.repositories must name 1 to ${contract.limits.dataRepositories} repositories, got ${data.repositories.length}`,
  },
  {
    broken: ({ evidence }) => evidence?.store !== undefined && otherThanStore(evidence).length > 0,
    message: ({ evidence }) =>
      `evidence must have no other option beside store, got ${otherThanStore(evidence).join(', ')}; set it where the store is defined`,
  },
  {
    broken: ({ name, evidence }) =>
      isKnown(name) && isKnown(evidence?.store?.platformName) && evidence.store.platformName !== name,
    message: ({ name, evidence }) =>
      `evidence.store must be that of the platform ${JSON.stringify(name)}, got that of ${JSON.stringify(evidence?.store?.platformName)}; its name is part of each statement's key`,
  },
];

/**
 * Everything that dataset-level lineage needs, with one prop for each decision that only its user can take.
 *
 * Defines a DVC remote, an MLflow App, a bucket for scripts and models, roles for processing and training jobs, a store of
 * signed statements, and the functions between the end of a job or a deployment and the statement about it. Each part can
 * be one that is there already: it gets the rights that the platform needs, and nothing else of it changes.
 */
export class LineagePlatform extends Construct {
  /**
   * The name of the platform.
   */
  public readonly platformName: string;

  /**
   * The Git repositories that jobs may name.
   */
  public readonly dataRepositories: IDataRepository[];

  /**
   * Where the bytes of the datasets are.
   */
  public readonly dvcRemote: IDvcRemote;

  /**
   * Where runs and models are logged.
   */
  public readonly mlflowApp: IMlflowApp;

  /**
   * Scripts below `code/`, models below `models/`. Of a bucket of the platform's own also artifacts of runs below `mlflow/`
   * and what pipelines hand on below `lineage/`.
   */
  public readonly artifactBucket: s3.IBucket;

  /**
   * The network that jobs run in, if it is one of yours.
   */
  public readonly network?: JobNetwork;

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
  public readonly evidenceStore: IEvidenceStore;

  /**
   * What runs around the scripts of the platform's jobs.
   */
  public readonly jobToolkit: JobToolkit;

  /**
   * The functions and queues between a job's end and the tags on its runs.
   */
  public readonly runTagger: RunTagger;

  /**
   * Keeps the daily checkpoint over the evidence.
   */
  public readonly checkpointRecorder: CheckpointRecorder;

  /**
   * The function and queue between a change of an endpoint, a batch transform job or a model package and the statement
   * about it.
   */
  public readonly deploymentRecorder: DeploymentRecorder;

  /**
   * Finds what the functions before it have missed, and has it looked at again.
   */
  public readonly reconciler: Reconciler;

  /**
   * The pipelines that were given in the props, by their keys.
   */
  public readonly pipelines: Record<string, LineagePipeline>;

  /**
   * The alarms and the dashboard, where they were asked for.
   */
  public readonly operations?: LineageOperations;

  /**
   * Who may ask it.
   */
  public readonly grants: LineagePlatformGrants;

  constructor(scope: Construct, id: string, props: LineagePlatformProps) {
    super(scope, id);
    enforce(this, 'LineagePlatformInvalid', props, RULES);
    const { name, data, tracking = {}, jobs = {}, evidence = {} } = props;
    this.platformName = name;
    this.dataRepositories = [...data.repositories];

    this.dvcRemote = data.remote ?? new DvcRemote(this, 'DvcRemote', this.encryptedAndLogged());
    this.artifactBucket = jobs.artifactBucket ?? this.defineArtifactBucket();
    this.mlflowApp = tracking.mlflowApp ?? new MlflowApp(this, 'MlflowApp', { artifactBucket: this.artifactBucket });
    this.jobToolkit = jobs.toolkit ?? new JobToolkit(this, 'JobToolkit', { handoverBucket: this.artifactBucket });
    this.network = jobs.network;
    this.processingRole = new ProcessingRole(
      this,
      'ProcessingRole',
      this.roleOf('Processing', jobs.processingRole),
    ).role;
    this.trainingRole = new TrainingRole(this, 'TrainingRole', this.roleOf('Training', jobs.trainingRole)).role;
    this.evidenceStore =
      evidence.store ??
      new EvidenceStore(this, 'EvidenceStore', {
        ...evidence,
        accessLogBucket: evidence.accessLogBucket ?? this.accessLogBucket(),
        platformName: name,
      });
    this.runTagger = new RunTagger(this, 'RunTagger', {
      platformName: name,
      mlflowApp: this.mlflowApp,
      dvcRemote: this.dvcRemote,
      dataRepositories: this.dataRepositories,
      jobRoles: [this.processingRole, this.trainingRole],
      evidenceStore: this.evidenceStore,
      jobToolkit: this.jobToolkit,
      completeLineageGraph: tracking.completeLineageGraph,
    });
    this.checkpointRecorder = new CheckpointRecorder(this, 'CheckpointRecorder', {
      evidenceStore: this.evidenceStore,
      mlflowApp: this.mlflowApp,
      jobRoles: [this.trainingRole, this.processingRole],
    });
    this.deploymentRecorder = new DeploymentRecorder(this, 'DeploymentRecorder', {
      platformName: name,
      jobRoles: [this.trainingRole],
      evidenceStore: this.evidenceStore,
    });
    this.reconciler = new Reconciler(this, 'Reconciler', {
      ...props.reconciliation,
      evidenceStore: this.evidenceStore,
      mlflowApp: this.mlflowApp,
      dvcRemote: this.dvcRemote,
      jobRoles: [this.processingRole, this.trainingRole],
      runTagger: this.runTagger,
      deploymentRecorder: this.deploymentRecorder,
    });
    // a statement says by their digest which bytes the model consists of, and whether others were put in their place.
    const models = new ObjectGrants(this.artifactBucket, MODEL_PREFIX);
    models.read(this.deploymentRecorder.recorderFunction);
    models.readVersions(this.runTagger.taggerFunction);
    models.listVersions(this.runTagger.taggerFunction);

    const pipelines = new Construct(this, 'Pipelines');
    this.pipelines = Object.fromEntries(
      Object.entries(props.pipelines ?? {}).map(([key, options]) => [
        key,
        new LineagePipeline(pipelines, key, { ...options, platform: this }),
      ]),
    );
    if (props.operations) {
      this.operations = new LineageOperations(this, 'Operations', {
        ...props.operations,
        runTagger: this.runTagger,
        deploymentRecorder: this.deploymentRecorder,
        checkpointRecorder: this.checkpointRecorder,
        reconciler: this.reconciler,
      });
    }
    this.grants = LineagePlatformGrants.fromLineagePlatform(this);
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
    new CfnOutput(stack, outputs.platformName, { value: this.platformName });
    new CfnOutput(stack, outputs.libraryVersion, {
      value: libraryVersion(),
      description: `The version of ${contract.packageName} that the platform was deployed with`,
    });
    new CfnOutput(stack, outputs.readerPolicy, {
      value: describeReaderPolicy(this),
      description: 'The IAM policy of whoever may ask the platform: ml-lineage doctor --policy prints it',
    });
    new CfnOutput(stack, outputs.dvcRemoteUrl, {
      value: dvcRemote.url,
      description: 'Put this into the data repository: dvc remote add --default storage <url>',
    });
    new CfnOutput(stack, outputs.dvcConfiguration, {
      value: dvcRemote.dvcConfiguration(),
      description: 'The file .dvc/config of the data repository',
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
    new CfnOutput(stack, outputs.previousKeyFingerprints, {
      value: stack.toJsonString(this.evidenceStore.previousKeyFingerprints),
      description: 'The fingerprints of the keys that signed before it',
    });
    new CfnOutput(stack, outputs.jobRoleArns, {
      value: stack.toJsonString([this.processingRole.roleArn, this.trainingRole.roleArn]),
      description: 'The roles whose jobs belong to the platform',
    });
    const { derivationQueue, derivationParking, taggingQueue, taggingParking } = this.runTagger;
    const { deploymentRecorder: changes, checkpointRecorder: checkpoint, reconciler: walk } = this;
    const queues: [name: string, queue: sqs.IQueue, description: string][] = [
      [outputs.derivationQueueUrl, derivationQueue, 'Events of jobs that ended'],
      [outputs.derivationParkingUrl, derivationParking, 'Events whose derivation needs a person'],
      [outputs.taggingQueueUrl, taggingQueue, 'Derivations on their way to the runs'],
      [outputs.taggingParkingUrl, taggingParking, 'Derivations that could not be written'],
      [outputs.changesQueueUrl, changes.queue, 'Events about what is put to use'],
      [outputs.changesParkingUrl, changes.parking, 'Events about what is put to use that need a person'],
      [outputs.checkpointQueueUrl, checkpoint.queue, 'Daily events that ask for a checkpoint'],
      [outputs.checkpointParkingUrl, checkpoint.parking, 'Events whose checkpoint needs a person'],
      [outputs.walkQueueUrl, walk.queue, 'Where each walk over the estate is that looks for gaps'],
      [outputs.walkParkingUrl, walk.parking, 'Where walks stopped that need a person to go on'],
    ];
    for (const [name, { queueUrl: value }, description] of queues) {
      new CfnOutput(stack, name, { value, description });
    }
  }

  private encryptedAndLogged(): { encryptionKey: kms.IKey; accessLogBucket: s3.IBucket } {
    return { encryptionKey: this.encryptionKey(), accessLogBucket: this.accessLogBucket() };
  }

  // defined where a part of the platform's own needs it first: with parts of others there may be nothing to encrypt.
  private encryptionKey(): kms.IKey {
    const defined = this.node.tryFindChild('Key') as kms.Key | undefined;
    return (
      defined ??
      new kms.Key(this, 'Key', {
        description: `Datasets and artifacts of the lineage platform ${this.platformName}`,
        enableKeyRotation: true,
      })
    );
  }

  private accessLogBucket(): s3.IBucket {
    const defined = this.node.tryFindChild('AccessLogs') as s3.Bucket | undefined;
    return defined ?? defineAccessLogBucket(this, 'AccessLogs');
  }

  private defineArtifactBucket(): s3.IBucket {
    return defineDataBucket(this, 'Artifacts', { ...this.encryptedAndLogged(), accessLogPrefix: 'artifacts/' });
  }

  private roleOf(kind: 'Processing' | 'Training', role?: iam.IRole): JobRoleProps {
    const { dvcRemote, dataRepositories, mlflowApp, jobToolkit, artifactBucket, network } = this;
    const description = `${kind} jobs of the lineage platform ${this.platformName}`;
    return { dvcRemote, dataRepositories, mlflowApp, jobToolkit, artifactBucket, network, role, description };
  }
}

function otherThanStore(evidence?: LineageEvidenceOptions): string[] {
  const others = Object.entries({ ...evidence, store: undefined });
  return others.filter(([, value]) => value !== undefined).map(([option]) => option);
}
