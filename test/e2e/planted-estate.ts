import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import { locateMlflowApp, signMlflowRequest } from '../../core/mlflow/signed-request';
import type { Sandbox } from '../../sandbox/instance';
import { dataDirectory } from '../../sandbox/instance-state';
import { environmentDirectory } from '../../sandbox/project-paths';
import { eventually } from '../../sandbox/walk/eventually';
import { jobEnvironment, type Walk } from '../../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';

const SCRIPTS = join(__dirname, 'scripts');

/**
 * What a test does to an estate behind the back of the platform.
 */
export class PlantedEstate {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly walk: Walk,
  ) {}

  async start(name: string, script: string, revision: string, roleArn?: string): Promise<void> {
    await startTrainingJob(this.walk.aws, this.walk.outputs, {
      name,
      script: join(SCRIPTS, script),
      environment: jobEnvironment(this.walk, revision),
      ...(roleArn && { roleArn }),
    });
  }

  /** Trains, and waits for the end of it: an honest job has to have completed. */
  async train(name: string, script: string, revision: string): Promise<void> {
    await this.start(name, script, revision);
    const { TrainingJobStatus, FailureReason } = await waitForTrainingJob(this.walk.aws, name);
    if (TrainingJobStatus !== 'Completed') {
      throw new Error(`${name} is ${TrainingJobStatus}: ${FailureReason}`);
    }
  }

  /** Runs a program as a processing job, to whatever end. */
  async process(name: string, program: string, RoleArn: string, Environment: Record<string, string>): Promise<void> {
    const { sagemaker } = this.walk.aws;
    await sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: name,
        RoleArn,
        AppSpecification: { ImageUri: 'example.com/image:1', ContainerEntrypoint: [program] },
        ProcessingResources: {
          ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 },
        },
        Environment,
      }),
    );
    await eventually(`the end of ${name}`, 60, async () => {
      const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
      return ['Completed', 'Failed'].includes(job.ProcessingJobStatus ?? '') || undefined;
    });
  }

  /** What the client of the platform has no need of. */
  async callMlflow<Answer>(path: string, parameters: object, method: 'POST' | 'DELETE' = 'POST'): Promise<Answer> {
    const { outputs, aws } = this.walk;
    const endpoint = this.sandbox.environment()[contract.jobEnvironment.mlflowEndpoint];
    const body = JSON.stringify(parameters);
    const request = { method, path: `/api/2.0/mlflow/${path}`, query: {}, body };
    const app = locateMlflowApp(outputs.MlflowAppArn, endpoint);
    const { url, headers } = await signMlflowRequest(app, aws.s3.config.credentials, request);
    const response = await fetch(url, { method, headers, body });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`MLflow answers ${path} with ${response.status}: ${text}`);
    }
    return JSON.parse(text) as Answer;
  }

  /** Makes a run as if a script had logged it while a job ran, or a notebook at any time. */
  async logRun(experimentId: string, startedAt: Date, tags: Readonly<Record<string, string>>): Promise<string> {
    const { run } = await this.callMlflow<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experimentId,
      start_time: startedAt.getTime(),
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    });
    return run.info.run_id;
  }

  /** Erases a run as `mlflow gc` does, so that no search finds it. */
  eraseRun(runId: string): void {
    const script = [
      'import pathlib, sqlite3, sys',
      'for path in pathlib.Path(sys.argv[1]).rglob("mlflow.db"):',
      '    with sqlite3.connect(path, timeout=30) as database:',
      '        for table in ("latest_metrics", "metrics", "params", "tags", "runs"):',
      '            database.execute(f"DELETE FROM {table} WHERE run_uuid = ?", [sys.argv[2]])',
    ].join('\n');
    const python = join(environmentDirectory('mlflow'), 'bin', 'python');
    execFileSync(python, ['-c', script, dataDirectory(this.sandbox.directory), runId]);
  }

  async trainingJob(name: string) {
    const { TrainingJobArn, CreationTime, ModelArtifacts } = await this.walk.aws.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: name }),
    );
    if (!TrainingJobArn || !CreationTime) {
      throw new Error(`SageMaker describes ${name} without its ARN or creation time`);
    }
    return { arn: TrainingJobArn, createdAt: CreationTime, modelUri: ModelArtifacts?.S3ModelArtifacts ?? '' };
  }
}

/** Takes the protection from a bucket, as only its owner can. */
export async function unprotect(s3: S3Client, Bucket: string): Promise<void> {
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
}

/** Hides an object behind a delete marker. */
export async function hideObject(s3: S3Client, Bucket: string, Key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
}

/** Erases all versions of an object. */
export async function eraseObject(s3: S3Client, Bucket: string, Key: string): Promise<void> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
  for (const { VersionId } of Versions) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
}

/** Writes over the first object below a prefix. */
export async function overwriteBelow(s3: S3Client, Bucket: string, Prefix: string): Promise<string> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  const Key = Versions[0]?.Key ?? '';
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' }));
  return Key;
}
