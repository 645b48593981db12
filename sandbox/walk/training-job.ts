import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import type { Sandbox } from '../instance';
import { dataDirectory } from '../instance-state';
import type { AwsClients } from './aws-clients';
import type { PlatformOutputs } from './deployment';
import { eventually } from './eventually';

export interface TrainingJobOptions {
  readonly name: string;
  /** the script, a file of this machine. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn?: string;
  readonly tags?: readonly Tag[];
  readonly hyperParameters?: Readonly<Record<string, string>>;
  /** what starts the job instead of python and the script. */
  readonly entrypoint?: readonly string[];
  /** addresses in S3 by the name of the channel, beside that of the code. */
  readonly channels?: Readonly<Record<string, string>>;
}

/**
 * Starts a training job by hand, as a data scientist does with the AWS SDK.
 */
export async function startTrainingJob(
  aws: AwsClients,
  outputs: PlatformOutputs,
  options: TrainingJobOptions,
): Promise<void> {
  const code = `s3://${outputs.ArtifactBucketName}/code/${options.name}/`;
  const script = basename(options.script);
  await aws.s3.send(
    new PutObjectCommand({
      Bucket: outputs.ArtifactBucketName,
      Key: `code/${options.name}/${script}`,
      Body: await readFile(options.script),
    }),
  );
  await aws.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: options.name,
      RoleArn: options.roleArn ?? outputs.TrainingRoleArn,
      AlgorithmSpecification: {
        TrainingImage: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312',
        TrainingInputMode: 'File',
        ContainerEntrypoint: [...(options.entrypoint ?? ['python3', `/opt/ml/input/data/code/${script}`])],
      },
      InputDataConfig: Object.entries({ code, ...options.channels }).map(([ChannelName, S3Uri]) => ({
        ChannelName,
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri, S3DataDistributionType: 'FullyReplicated' } },
      })),
      HyperParameters: { ...options.hyperParameters },
      OutputDataConfig: { S3OutputPath: `s3://${outputs.ArtifactBucketName}/models/` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      Environment: { ...options.environment },
      Tags: [...(options.tags ?? [])],
    }),
  );
}

/**
 * Waits until a job has ended, however it ended.
 */
export async function waitForTrainingJob(aws: AwsClients, name: string): Promise<DescribeTrainingJobResponse> {
  return eventually(`the end of the training job ${name}`, 120, async () => {
    const job = await aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return ['Completed', 'Failed', 'Stopped'].includes(job.TrainingJobStatus ?? '') ? job : undefined;
  });
}

/**
 * What the job's process printed, for whoever has to find out why it failed.
 */
export async function readTrainingJobLog(sandbox: Sandbox, name: string): Promise<string> {
  return readFile(join(dataDirectory(sandbox.directory), 'jobs', name, 'log'), 'utf8');
}
