import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import { type PlantedJob, plantJobs } from '../../sandbox/walk/local-sagemaker';
import type { DataCommit } from './data-commits';
import { type Estate, PLATFORM } from './estate';
import type { PlannedJob } from './plan';

// jobs end a moment before their events are sent, as all do.
const LASTED_SECONDS = 60;
const IMAGE = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312';
const OTHER_REPOSITORY = 'https://git.example.com/others/data.git';
const OTHERS = new Set<PlannedJob['kind']>(['own-tag', 'of-others']);
const PROCESSING = new Set<PlannedJob['kind']>(['published', 'published-nothing', 'maker']);
const names = contract.jobEnvironment;

/**
 * When jobs were made, which their runs and events say too.
 */
export interface JobTimes {
  readonly created: Date;
  readonly ended: Date;
}

export const isProcessingJob = ({ kind }: PlannedJob) => PROCESSING.has(kind);

/** Whether a job leaves a model in S3. */
export const leavesModel = (job: PlannedJob) =>
  !isProcessingJob(job) && !['claims-nothing', 'left-running', 'deleted', 'malformed'].includes(job.kind);

/**
 * Has SageMaker know jobs that have just ended, with their models in S3 and what they handed on.
 */
export async function plantPlannedJobs(estate: Estate, jobs: readonly PlannedJob[]): Promise<JobTimes> {
  const ended = new Date(Math.floor(Date.now() / 1000) * 1000);
  const created = new Date(ended.getTime() - LASTED_SECONDS * 1000);
  const there = jobs.filter(({ kind }) => kind !== 'deleted' && kind !== 'malformed');
  const planted = there.map(
    (job): PlantedJob => ({
      ...(isProcessingJob(job)
        ? { Kind: 'ProcessingJob', Request: processingRequest(estate, job) }
        : { Kind: 'TrainingJob', Request: trainingRequest(estate, job) }),
      Status: job.kind === 'left-running' ? 'Failed' : 'Completed',
      CreationTime: created.getTime() / 1000,
      EndTime: ended.getTime() / 1000,
    }),
  );
  await plantJobs(estate.sandbox, planted);
  for (const job of there) {
    if (leavesModel(job)) {
      await put(estate, `models/${job.name}/output/model.tar.gz`, `the model of ${job.name}`);
    }
    if (job.kind === 'maker') {
      await put(estate, `${keyOf(handoverUri(estate, job.name))}/lineage.json`, lineageDocument(estate, job));
    }
  }
  return { created, ended };
}

/** The event that EventBridge sends when a job ends. */
export function eventAbout(estate: Estate, job: PlannedJob, { created }: JobTimes): string {
  if (job.kind === 'malformed') {
    return JSON.stringify({
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Training Job State Change',
      job: job.name,
    });
  }
  // of one that was deleted before, whose name is another job's by now.
  const madeAt = job.kind === 'made-anew' ? created.getTime() - 86_400_000 : created.getTime();
  const [type, member] = isProcessingJob(job) ? ['Processing', 'ProcessingJob'] : ['Training', 'TrainingJob'];
  return JSON.stringify({
    version: '0',
    source: 'aws.sagemaker',
    'detail-type': `SageMaker ${type} Job State Change`,
    account: estate.sandbox.account,
    region: estate.sandbox.region,
    detail: {
      [`${member}Name`]: job.name,
      [`${member}Arn`]: arnOf(estate, job),
      [`${member}Status`]: 'Completed',
      CreationTime: madeAt,
    },
  });
}

export function arnOf({ sandbox }: Pick<Estate, 'sandbox'>, job: PlannedJob): string {
  const resource = isProcessingJob(job) ? 'processing-job' : 'training-job';
  return `arn:aws:sagemaker:${sandbox.region}:${sandbox.account}:${resource}/${job.name}`;
}

export function modelUri({ outputs }: Estate, { name }: PlannedJob): string {
  return `s3://${outputs.ArtifactBucketName}/models/${name}/output/model.tar.gz`;
}

function trainingRequest(estate: Estate, job: PlannedJob): CreateTrainingJobRequest {
  const { outputs, toolkit } = estate;
  const isOurs = job.kind === 'attested';
  return {
    TrainingJobName: job.name,
    RoleArn: roleOf(estate, job),
    AlgorithmSpecification: {
      TrainingImage: IMAGE,
      TrainingInputMode: 'File',
      ContainerEntrypoint: isOurs ? toolkit.entrypoints['training-job'] : ['python3', 'train.py'],
    },
    ...(isOurs && {
      InputDataConfig: [
        channel(contract.channels.toolkit, toolkit.toolkitUri),
        channel(contract.channels.lineage, handoverUri(estate, job.maker ?? '')),
      ],
    }),
    OutputDataConfig: { S3OutputPath: `s3://${outputs.ArtifactBucketName}/models/` },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    Environment: environmentOf(estate, job),
    ...(job.kind === 'own-tag' && { Tags: [{ Key: contract.jobTags.platform, Value: PLATFORM }] }),
  };
}

function processingRequest(estate: Estate, job: PlannedJob): CreateProcessingJobRequest {
  const { toolkit } = estate;
  const isOurs = job.kind === 'maker';
  const local = (name: string) => `/opt/ml/processing/${name}`;
  return {
    ProcessingJobName: job.name,
    RoleArn: roleOf(estate, job),
    AppSpecification: {
      ImageUri: IMAGE,
      ContainerEntrypoint: isOurs ? toolkit.entrypoints['processing-job'] : ['python3', 'preprocess.py'],
    },
    ...(isOurs && {
      ProcessingInputs: [
        {
          InputName: contract.channels.toolkit,
          S3Input: {
            S3Uri: toolkit.toolkitUri,
            LocalPath: local('toolkit'),
            S3DataType: 'S3Prefix',
            S3InputMode: 'File',
          },
        },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: contract.channels.lineage,
            S3Output: {
              S3Uri: handoverUri(estate, job.name),
              LocalPath: local('lineage'),
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
    }),
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 } },
    Environment: environmentOf(estate, job),
  };
}

function environmentOf({ repository }: Estate, { kind, revision }: PlannedJob): Record<string, string> {
  return {
    [names.dataRepositoryUrl]: kind === 'other-repository' ? OTHER_REPOSITORY : repository.url,
    ...(revision !== undefined && { [names.dataRevision]: revision }),
  };
}

function roleOf({ sandbox, outputs }: Estate, { kind }: PlannedJob): string {
  return OTHERS.has(kind) ? `arn:aws:iam::${sandbox.account}:role/of-another-team` : outputs.TrainingRoleArn;
}

function handoverUri({ toolkit }: Estate, maker: string): string {
  return `${toolkit.handoverUri}/${maker}`;
}

function lineageDocument(estate: Estate, job: PlannedJob): string {
  const { commit, path, md5 } = commitOf(estate, job);
  return JSON.stringify({
    version: 1,
    processingJob: { arn: arnOf(estate, job), name: job.name },
    dataRepository: estate.repository.url,
    dataRevision: job.revision,
    dataCommit: commit,
    datasets: [{ path, md5, treeDigest: `sha256:${'a'.repeat(64)}` }],
  });
}

function commitOf({ commits }: Estate, { name, revision = '' }: PlannedJob): DataCommit {
  const commit = commits.get(revision);
  if (!commit) {
    throw new Error(`there is no commit of ${revision}, the revision of ${name}`);
  }
  return commit;
}

function channel(ChannelName: string, S3Uri: string) {
  return {
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } },
  };
}

async function put({ aws, outputs }: Estate, Key: string, Body: string): Promise<void> {
  await aws.s3.send(new PutObjectCommand({ Bucket: outputs.ArtifactBucketName, Key, Body }));
}

function keyOf(uri: string): string {
  return uri.split('/').slice(3).join('/');
}
