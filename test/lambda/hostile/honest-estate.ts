import { createHash } from 'node:crypto';
import { contract } from '../../../core/contract';
import type { PlatformFunction } from './platform-functions';

const ACCOUNT = '111122223333';
export const ARN_PREFIX = `arn:aws:sagemaker:us-east-1:${ACCOUNT}`;
export const RUN_ID = '0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b';
const MODEL_ID = `m-${'1'.repeat(32)}`;
const EXPERIMENT = '7';
const REVISION = 'honest';
const IMAGE = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312';
// seconds since 1970, as SageMaker tells times.
const PREPARED = Date.parse('2026-01-02T02:04:05Z') / 1000;
const TRAINED = Date.parse('2026-01-02T03:04:05Z') / 1000;
const DEPLOYED = Date.parse('2026-01-02T04:04:05Z') / 1000;
const LASTED = 300;

const names = contract.jobEnvironment;
const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

export const RECORDS = 'a,target\n1,0\n';
export const LISTING = `[{"md5": "${digest('md5', RECORDS)}", "relpath": "a.csv"}]`;
export const DATASET_MD5 = `${digest('md5', LISTING)}.dir`;
const TREE_SHA256 = digest('sha256', 'tree');
const MODEL = 'the bytes of a model';

/** An answer to each operation of a service. */
export type Answers = Readonly<Record<string, object>>;

/**
 * What is the case: one dataset that a processing job published, one training job that was given it, with its run and its
 * model, and one endpoint that serves the model.
 */
export interface HonestEstate {
  readonly dataRepository: string;
  readonly dataCommit: string;
  readonly jobs: { readonly training: Job; readonly processing: Job };
  readonly sagemaker: Answers;
  /** by path, below that of the API. */
  readonly mlflow: Answers;
  /** the objects in S3, by key. */
  readonly objects: Readonly<Record<string, string>>;
}

interface Job {
  readonly name: string;
  readonly arn: string;
  readonly createdAtSeconds: number;
}

/** The files of DVC that the data repository has at its tag. */
export function dataFiles({ variables }: PlatformFunction): Record<string, string> {
  const remote = variables[contract.functionEnvironment.dvcRemoteUrl];
  return {
    '.dvc/config': `[core]\n    remote = storage\n['remote "storage"']\n    url = ${remote}\n`,
    'data.dvc': `outs:\n- md5: ${DATASET_MD5}\n  size: ${RECORDS.length}\n  nfiles: 1\n  hash: md5\n  path: data\n`,
  };
}

/**
 * @param deriver by whose variables it is known where things are
 */
export function honestEstate(deriver: PlatformFunction, dataRepository: string, dataCommit: string): HonestEstate {
  const { jobToolkit, jobRoleArns } = contract.functionEnvironment;
  const { toolkitUri, handoverUri, entrypoints } = JSON.parse(deriver.variables[jobToolkit] ?? '');
  const [processingRole, trainingRole] = JSON.parse(deriver.variables[jobRoleArns] ?? '');
  const handover = `${handoverUri}/execution-1`;
  const modelUri = `${handoverUri.replace(/\/lineage$/, '/models')}/Train-1/output/model.tar.gz`;
  const training = { name: 'Train-1', arn: `${ARN_PREFIX}:training-job/train-1`, createdAtSeconds: TRAINED };
  const processing = { name: 'Prepare-1', arn: `${ARN_PREFIX}:processing-job/prepare-1`, createdAtSeconds: PREPARED };
  const Environment = { [names.dataRepositoryUrl]: dataRepository, [names.dataRevision]: REVISION };
  const version = {
    name: 'diagnosis',
    version: '3',
    run_id: RUN_ID,
    source: modelUri,
    creation_timestamp: TRAINED * 1000,
  };
  const component = `${ARN_PREFIX}:experiment-trial-component/component`;
  const artifact = `${ARN_PREFIX}:artifact/${'a'.repeat(32)}`;
  return {
    dataRepository,
    dataCommit,
    jobs: { training, processing },
    sagemaker: {
      DescribeTrainingJob: {
        TrainingJobName: training.name,
        TrainingJobArn: training.arn,
        TrainingJobStatus: 'Completed',
        SecondaryStatus: 'Completed',
        CreationTime: TRAINED,
        TrainingEndTime: TRAINED + LASTED,
        LastModifiedTime: TRAINED + LASTED,
        RoleArn: trainingRole,
        AlgorithmSpecification: {
          TrainingImage: IMAGE,
          TrainingInputMode: 'File',
          ContainerEntrypoint: entrypoints['training-job'],
        },
        InputDataConfig: [channel(contract.channels.toolkit, toolkitUri), channel(contract.channels.lineage, handover)],
        ModelArtifacts: { S3ModelArtifacts: modelUri },
        Environment,
      },
      DescribeProcessingJob: {
        ProcessingJobName: processing.name,
        ProcessingJobArn: processing.arn,
        ProcessingJobStatus: 'Completed',
        CreationTime: PREPARED,
        ProcessingEndTime: PREPARED + LASTED,
        LastModifiedTime: PREPARED + LASTED,
        RoleArn: processingRole,
        AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: entrypoints['processing-job'] },
        ProcessingInputs: [{ InputName: contract.channels.toolkit, S3Input: { S3Uri: toolkitUri } }],
        ProcessingOutputConfig: {
          Outputs: [{ OutputName: contract.channels.lineage, S3Output: { S3Uri: handover } }],
        },
        Environment,
      },
      ListTags: { Tags: [{ Key: 'team', Value: 'radiology' }] },
      DescribeEndpoint: {
        EndpointName: 'Serving',
        EndpointArn: `${ARN_PREFIX}:endpoint/serving`,
        EndpointStatus: 'InService',
        EndpointConfigName: 'Config-1',
        CreationTime: DEPLOYED,
        LastModifiedTime: DEPLOYED + LASTED,
        ProductionVariants: [{ VariantName: 'all', CurrentWeight: 1 }],
      },
      DescribeEndpointConfig: {
        EndpointConfigName: 'Config-1',
        CreationTime: DEPLOYED,
        ProductionVariants: [{ VariantName: 'all', ModelName: 'Model-1' }],
      },
      DescribeModel: {
        ModelName: 'Model-1',
        ModelArn: `${ARN_PREFIX}:model/model-1`,
        CreationTime: DEPLOYED,
        PrimaryContainer: { Image: IMAGE, ModelDataUrl: modelUri },
      },
      DescribeTransformJob: {
        TransformJobName: 'Batch',
        TransformJobArn: `${ARN_PREFIX}:transform-job/batch`,
        TransformJobStatus: 'Completed',
        ModelName: 'Model-1',
        CreationTime: DEPLOYED,
      },
      DescribeModelPackage: {
        ModelPackageName: 'diagnosis',
        ModelPackageGroupName: 'diagnosis',
        ModelPackageVersion: 3,
        ModelPackageArn: `${ARN_PREFIX}:model-package/diagnosis/3`,
        ModelPackageStatus: 'Completed',
        ModelApprovalStatus: 'Approved',
        CreationTime: DEPLOYED,
        InferenceSpecification: { Containers: [{ Image: IMAGE, ModelDataUrl: modelUri }] },
      },
      UpdateModelPackage: { ModelPackageArn: `${ARN_PREFIX}:model-package/diagnosis/3` },
      ListTrainingJobs: {
        TrainingJobSummaries: [
          {
            TrainingJobName: training.name,
            TrainingJobArn: training.arn,
            CreationTime: TRAINED,
            TrainingEndTime: TRAINED + LASTED,
            LastModifiedTime: TRAINED + LASTED,
            TrainingJobStatus: 'Completed',
          },
        ],
      },
      ListProcessingJobs: {
        ProcessingJobSummaries: [
          {
            ProcessingJobName: processing.name,
            ProcessingJobArn: processing.arn,
            CreationTime: PREPARED,
            ProcessingEndTime: PREPARED + LASTED,
            LastModifiedTime: PREPARED + LASTED,
            ProcessingJobStatus: 'Completed',
          },
        ],
      },
      ListTransformJobs: {
        TransformJobSummaries: [
          {
            TransformJobName: 'Batch',
            TransformJobArn: `${ARN_PREFIX}:transform-job/batch`,
            CreationTime: DEPLOYED,
            LastModifiedTime: DEPLOYED + LASTED,
            TransformJobStatus: 'Completed',
          },
        ],
      },
      ListEndpoints: {
        Endpoints: [
          {
            EndpointName: 'Serving',
            EndpointArn: `${ARN_PREFIX}:endpoint/serving`,
            CreationTime: DEPLOYED,
            LastModifiedTime: DEPLOYED + LASTED,
            EndpointStatus: 'InService',
          },
        ],
      },
      ListModelPackages: {
        ModelPackageSummaryList: [
          {
            ModelPackageGroupName: 'diagnosis',
            ModelPackageVersion: 3,
            ModelPackageArn: `${ARN_PREFIX}:model-package/diagnosis/3`,
            CreationTime: DEPLOYED,
            ModelPackageStatus: 'Completed',
            ModelApprovalStatus: 'Approved',
          },
        ],
      },
      ListTrialComponents: {
        TrialComponentSummaries: [training, processing].map(({ arn, createdAtSeconds }, index) => ({
          TrialComponentArn: `${component}-${index}`,
          TrialComponentSource: { SourceArn: arn },
          CreationTime: createdAtSeconds,
        })),
      },
      ListArtifacts: { ArtifactSummaries: [] },
      CreateArtifact: { ArtifactArn: artifact },
      AddAssociation: { SourceArn: artifact, DestinationArn: component },
      ListAssociations: { AssociationSummaries: [] },
      ListActions: {
        ActionSummaries: [
          {
            ActionArn: `${ARN_PREFIX}:action/run`,
            Source: { SourceUri: 'x', SourceId: RUN_ID },
            CreationTime: TRAINED,
          },
        ],
      },
    },
    mlflow: {
      'experiments/search': { experiments: [{ experiment_id: EXPERIMENT, name: 'demo' }] },
      'runs/search': { runs: [run(training, dataCommit)] },
      'runs/get': { run: run(training, dataCommit) },
      'logged-models/search': {
        models: [
          {
            info: {
              model_id: MODEL_ID,
              experiment_id: EXPERIMENT,
              source_run_id: RUN_ID,
              creation_timestamp_ms: String((TRAINED + 100) * 1000),
              artifact_uri: `s3://artifacts/mlflow/${MODEL_ID}`,
              tags: [],
            },
          },
        ],
      },
      'model-versions/search': { model_versions: [version] },
    },
    objects: {
      [keyOfObject(DATASET_MD5)]: LISTING,
      [keyOfObject(digest('md5', RECORDS))]: RECORDS,
      [`${keyOf(handover)}/lineage.json`]: JSON.stringify(lineageDocument(dataRepository, dataCommit, processing)),
      [keyOf(modelUri)]: MODEL,
    },
  };
}

export function lineageDocument(dataRepository: string, dataCommit: string, { arn, name }: Pick<Job, 'arn' | 'name'>) {
  return {
    version: 1,
    processingJob: { arn, name },
    dataRepository,
    dataRevision: REVISION,
    dataCommit,
    datasets: [{ path: 'data', md5: DATASET_MD5, treeDigest: `sha256:${TREE_SHA256}` }],
  };
}

export const keyOfObject = (md5: string) => `dvc/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
const keyOf = (uri: string) => uri.split('/').slice(3).join('/');

function channel(ChannelName: string, S3Uri: string): object {
  return { ChannelName, DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } } };
}

function run({ name, arn }: Job, dataCommit: string): object {
  return {
    info: {
      run_id: RUN_ID,
      experiment_id: EXPERIMENT,
      status: 'FINISHED',
      start_time: (TRAINED + 60) * 1000,
      lifecycle_stage: 'active',
      artifact_uri: `s3://artifacts/mlflow/${RUN_ID}/artifacts`,
    },
    data: {
      tags: [
        { key: contract.claimTags.trainingJobName, value: name },
        { key: contract.claimTags.trainingJobArn, value: arn },
      ],
      params: [{ key: contract.runTags.dataCommit, value: dataCommit }],
      metrics: [{ key: 'loss', value: 0.25 }],
    },
    inputs: {
      dataset_inputs: [
        {
          tags: [{ key: 'mlflow.data.context', value: 'training' }],
          dataset: {
            name: 'data',
            digest: DATASET_MD5.slice(0, 8),
            source_type: 'dvc',
            source: JSON.stringify({
              commit: dataCommit,
              path: 'data',
              md5: DATASET_MD5,
              tree_digest: `sha256:${TREE_SHA256}`,
            }),
          },
        },
      ],
    },
    outputs: { model_outputs: [{ model_id: MODEL_ID }] },
  };
}
