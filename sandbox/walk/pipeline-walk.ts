import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type PipelineExecutionStep, paginateListTrainingJobs } from '@aws-sdk/client-sagemaker';
import type { Run } from '../../core/mlflow/mlflow-client';
import type { Sandbox } from '../instance';
import { dataDirectory } from '../instance-state';
import { type AwsClients, awsClients } from './aws-clients';
import { DataCheckout } from './data-repository';
import { deployApp } from './deployment';
import { type HostedRepository, hostRepository, waitForTaggedRun } from './platform-walk';
import { startPipeline, stepsOf, waitForExecution } from './start-pipeline';

const IMAGE = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312';

/**
 * The outputs of the stack of the dataset-level example.
 */
export interface PipelineOutputs {
  readonly PipelineName: string;
  readonly ArtifactBucketName: string;
  readonly DvcRemoteUrl: string;
  readonly MlflowAppArn: string;
  readonly EvidenceBucketName: string;
  readonly SigningKeyArn: string;
}

/**
 * The dataset-level example, deployed, with a data repository.
 */
export interface PipelineWalk {
  readonly sandbox: Sandbox;
  readonly aws: AwsClients;
  readonly repository: HostedRepository;
  readonly outputs: PipelineOutputs;
  readonly checkout: DataCheckout;
}

/**
 * The program that makes the stack, and what it has to be told beside the example's own settings.
 */
export interface PipelineApp {
  readonly program: string;
  readonly context?: Readonly<Record<string, string>>;
}

// what is only tried need not be kept for seven years.
const EXAMPLE: PipelineApp = {
  program: 'tsx examples/dataset-level/app.ts',
  context: { evidenceRetentionDays: '1' },
};

export function pipelineStackName(platformName: string): string {
  return `dataset-level-${platformName}`;
}

export async function deployPipelineWalk(
  sandbox: Sandbox,
  platformName: string,
  { program, context }: PipelineApp = EXAMPLE,
): Promise<PipelineWalk> {
  const aws = awsClients(sandbox.environment());
  const repository = await hostRepository(sandbox, aws, `${platformName}/data`);
  const environment = sandbox.processEnvironment();
  const outputs = (await deployApp(environment, {
    program,
    stackName: pipelineStackName(platformName),
    context: {
      ...context,
      platformName,
      dataRepositoryUrl: repository.url,
      dataRepositoryTokenSecretArn: repository.tokenSecretArn,
      image: IMAGE,
    },
  })) as unknown as PipelineOutputs;
  const folder = join(dataDirectory(sandbox.directory), 'checkouts', platformName);
  const checkout = new DataCheckout(folder, repository.url, sandbox.gitToken, environment);
  return { sandbox, aws, repository, outputs, checkout };
}

/**
 * Puts raw data where an execution can be told to take it from.
 *
 * @returns the address for the parameter InputUri
 */
export async function putRawData(
  { aws, outputs }: PipelineWalk,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [file, Body] of Object.entries(files)) {
    await aws.s3.send(new PutObjectCommand({ Bucket: outputs.ArtifactBucketName, Key: `raw/${name}/${file}`, Body }));
  }
  return `s3://${outputs.ArtifactBucketName}/raw/${name}`;
}

export interface FinishedExecution {
  readonly arn: string;
  readonly status: string;
  readonly revision: string;
  readonly trainingJobName: string | undefined;
  /** the version that waits for approval, if the model was good enough. */
  readonly modelPackageArn: string | undefined;
  readonly failure: string;
}

/**
 * Runs the example's pipeline from its start to its end.
 */
export async function runPipeline(
  walk: PipelineWalk,
  dataVersion: string,
  inputUri: string,
): Promise<FinishedExecution> {
  const parameters = { DataVersion: dataVersion, InputUri: inputUri };
  return finishExecution(walk, await startPipeline(walk.aws, walk.outputs.PipelineName, parameters), dataVersion);
}

/**
 * The data revision of an execution: the beginning that it was started with, and its id.
 */
export function revisionOf(executionArn: string, dataVersion: string): string {
  return `${dataVersion}-${executionArn.slice(executionArn.lastIndexOf('/') + 1)}`;
}

/**
 * Waits for the end of an execution, however it ends.
 */
export async function finishExecution(
  walk: PipelineWalk,
  arn: string,
  dataVersion: string,
): Promise<FinishedExecution> {
  const execution = await waitForExecution(walk.aws, arn);
  const steps = await stepsOf(walk.aws, arn);
  return {
    arn,
    status: execution.PipelineExecutionStatus ?? '',
    revision: revisionOf(arn, dataVersion),
    trainingJobName: await trainingJobNameOf(walk, steps),
    modelPackageArn: steps.find(({ StepName }) => StepName === 'Register')?.Metadata?.RegisterModel?.Arn,
    failure: [execution.FailureReason, ...steps.map(({ FailureReason }) => FailureReason)].filter(Boolean).join('\n'),
  };
}

/**
 * The name that runs are tagged with; the ARN that the step tells is in lower case.
 */
export async function trainingJobNameOf(
  { aws }: PipelineWalk,
  steps: PipelineExecutionStep[],
): Promise<string | undefined> {
  const arn = steps.find(({ StepName }) => StepName === 'Train')?.Metadata?.TrainingJob?.Arn;
  if (!arn) {
    return undefined;
  }
  for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: aws.sagemaker }, {})) {
    const job = TrainingJobSummaries.find(({ TrainingJobArn }) => TrainingJobArn === arn);
    if (job) {
      return job.TrainingJobName;
    }
  }
  throw new Error(`SageMaker lists no training job ${arn}`);
}

/**
 * The run of an execution's training job, once it is tagged.
 */
export function runOfExecution(walk: PipelineWalk, { trainingJobName }: FinishedExecution): Promise<Run> {
  if (!trainingJobName) {
    throw new Error('the execution has not come to training');
  }
  return waitForTaggedRun(walk, trainingJobName);
}
